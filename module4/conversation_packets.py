"""The packets of a block as conversations need them, ARP included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.files.records import Records
from capture.builtin.flows.runs import Booleans
from module4.address_resolution import LENGTH, resolutions
from module4.packet_tokens import PacketTokens
from module4.templates import Codes, Templates

Addresses = NDArray[np.uint64]


@dataclass(frozen=True)
class ConversationPackets:
    """One entry a packet; addresses have shape (n, 2) as in ``PacketBlock``.

    ``length`` is that of the IP packet or ARP message in bytes: what the link layer adds would tell
    one lab from another. The rest is as in ``packet_tokens.Tokens``.
    """

    source: Addresses
    destination: Addresses
    time_ns: NDArray[np.int64]
    length: NDArray[np.int64]
    profile: Codes
    unknown_port: Booleans
    warned_port: Codes

    def and_then(self, other: Self) -> Self:
        """Return these packets and then others."""
        names = [each.name for each in fields(self)]
        pairs = ((getattr(self, name), getattr(other, name)) for name in names)
        return type(self)(*(np.concatenate(pair) for pair in pairs))


class PacketsOfConversations:
    """Takes blocks with the records they came from."""

    def __init__(self, templates: Templates) -> None:
        self._tokens = PacketTokens(templates)
        self._ethernet: Mapping[int, int] = {
            ethertype: templates.codes[token] for ethertype, token in templates.ethernet.items()
        }

    def of(self, block: PacketBlock, records: Records) -> ConversationPackets:
        """Return the IP packets of the block, then the ARP messages of its records."""
        tokens = self._tokens.of(block)
        packets = ConversationPackets(
            source=block.source,
            destination=block.destination,
            time_ns=block.time_ns,
            length=np.maximum(block.ip_length, 0).astype(np.int64),
            profile=tokens.profile,
            unknown_port=tokens.unknown_port,
            warned_port=tokens.warned_port,
        )
        others = self._address_resolution(records)
        return packets.and_then(others) if len(others.time_ns) else packets

    def _address_resolution(self, records: Records) -> ConversationPackets:
        found = resolutions(records)
        count = len(found.time_ns)
        codes = [self._ethernet.get(ethertype, 0) for ethertype in found.ethertype.tolist()]
        return ConversationPackets(
            source=found.sender,
            destination=found.target,
            time_ns=found.time_ns,
            length=np.full(count, LENGTH, dtype=np.int64),
            profile=np.array(codes, dtype=np.int64),
            unknown_port=np.zeros(count, dtype=np.bool_),
            warned_port=np.zeros(count, dtype=np.int64),
        )
