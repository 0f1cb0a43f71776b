"""Tokens of packets by template: network, transport, service by port, and what the payload is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Booleans
from module4.payloads import PayloadTokens
from module4.templates import Codes, Templates

_TCP, _UDP = 6, 17
_ETHERTYPES: Final = {4: 0x0800, 6: 0x86DD}
_PORTS: Final = 1 << 16
_SYN, _ACK = 2, 16
# The tokens of a packet in one number, so many bits for each of four kinds.
BITS: Final = 10
KINDS: Final = 4


@dataclass(frozen=True)
class Tokens:
    """What the templates say of packets, one entry each.

    ``profile`` holds the codes of network, transport, service and payload, ``BITS`` bits each, the
    first lowest. ``warned_port`` is a port that trojans used, 0 if none.
    """

    profile: Codes
    unknown_port: Booleans
    warned_port: Codes


class PacketTokens:
    """Looks up the tokens of packets; codes are those of ``Templates.codes``."""

    def __init__(self, templates: Templates) -> None:
        codes = templates.codes
        versions = {
            version: templates.ethernet[ethertype]
            for version, ethertype in _ETHERTYPES.items()
            if ethertype in templates.ethernet
        }
        self._network = _table(256, versions, codes)
        self._transport = _table(256, templates.ip, codes)
        by_protocol: list[Mapping[int, str]] = [{}, templates.tcp, templates.udp]
        self._service = np.concatenate([_table(_PORTS, each, codes) for each in by_protocol])
        self._is_warned = np.zeros(_PORTS, dtype=np.bool_)
        self._is_warned[list(templates.warnings)] = True
        self._payloads = PayloadTokens(templates)

    def of(self, block: PacketBlock) -> Tokens:
        """Return the tokens of all packets of a block."""
        has_ports = (block.protocol == _TCP) | (block.protocol == _UDP)
        service = self._services(block)
        profile = joined(
            self._network[block.ip_version],
            self._transport[block.protocol],
            service,
            self._payloads.of(block),
        )
        return Tokens(profile, has_ports & (service == 0), self._warned_ports(block, service))

    def _services(self, block: PacketBlock) -> Codes:
        """Return the service of the lower port, or of the higher one if the lower has none."""
        ones, others = block.source_port, block.destination_port
        table = _PORTS * ((block.protocol == _TCP) + 2 * (block.protocol == _UDP).astype(np.int64))
        lower: Codes = self._service[table + np.minimum(ones, others)]
        unnamed = np.flatnonzero(lower == 0)
        higher = np.maximum(ones[unnamed], others[unnamed])
        lower[unnamed] = self._service[table[unnamed] + higher]
        return lower

    def _warned_ports(self, block: PacketBlock, service: Codes) -> Codes:
        """Return the responder's port where trojans used it.

        In TCP it is known from the packets that open a connection; in UDP the lower port is taken
        for it, unless either is that of a service.
        """
        ones, others = block.source_port, block.destination_port
        opening = block.tcp_flags & (_SYN | _ACK)
        in_tcp = np.where(opening == _SYN, others, np.where(opening == _SYN | _ACK, ones, 0))
        in_udp = np.where(service == 0, np.minimum(ones, others), 0)
        port = np.where(block.protocol == _UDP, in_udp, in_tcp)
        port *= (block.protocol == _TCP) | (block.protocol == _UDP)
        warned: Codes = (port * self._is_warned[port]).astype(np.int64)
        return warned


def joined(network: Codes, transport: Codes, service: Codes, payload: Codes) -> Codes:
    """Return the codes of each packet in one number."""
    return network | transport << BITS | service << 2 * BITS | payload << 3 * BITS


def _table(size: int, template: Mapping[int, str], codes: Mapping[str, int]) -> Codes:
    """Return the code of each number, 0 for those not in the template."""
    table = np.zeros(size, dtype=np.int64)
    for number, token in template.items():
        table[number] = codes[token]
    return table
