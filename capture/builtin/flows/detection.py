"""Which connections may carry a protocol that is read, from the first payload of each direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.dns.detect import may_carry_dns
from capture.builtin.flows.connection_table import Connections
from capture.builtin.flows.datagrams import asked_originator
from capture.builtin.flows.ports import UDP
from capture.builtin.flows.protocols import DNS, QUIC, TLS, UNDECIDED
from capture.builtin.flows.runs import Booleans, Indices, first_of_run
from capture.builtin.quic.detect import may_carry_quic
from capture.builtin.tls.detect import may_carry_tls

_FIRST_BYTES: Final = 16


@dataclass(frozen=True)
class Payloads:
    """Packets with payload; those of each side are sorted by connection."""

    row: Indices  # of the connection
    entry: Indices  # index into the packet block
    side: Booleans
    in_order: Booleans  # nothing is missing before it

    def take(self, where: Indices) -> Payloads:
        """Return the payloads at these indices."""
        return Payloads(self.row[where], self.entry[where], self.side[where], self.in_order[where])


def detect_protocols(
    block: PacketBlock, payloads: Payloads, connections: Connections
) -> NDArray[np.int64]:
    """Look at the first payload of each direction; decide which protocol its connection may carry.

    Where something is missing before that payload, TLS is possible until its reader has seen it.
    Writes the decision to ``connections`` and returns for each of them the entry of the block from
    which on it is to be read, 0 for those decided before.
    """
    begins = np.zeros(len(connections), dtype=np.int64)
    payloads = payloads.take(_first_payloads(payloads, connections))
    if not len(payloads.row):
        return begins
    rows, entries = payloads.row, payloads.entry
    originator = connections["originator"][rows].astype(np.bool_)
    ports = (connections["first_port"][rows], connections["second_port"][rows])
    size = np.minimum(block.payload_length[entries], block.payload_captured[entries])
    first_bytes = _first_bytes(block, entries, size)
    protocol = connections["protocol"][rows]
    responder_port = np.where(originator, ports[0], ports[1])
    tls = may_carry_tls(first_bytes, size, responder_port, payloads.side == originator, protocol)
    # Over TCP the roles may yet be exchanged.
    asked = asked_originator(connections)[rows]
    server = np.where(asked, ports[0], ports[1])
    one, other = (np.where(protocol == UDP, server, port) for port in ports)
    dns = may_carry_dns(first_bytes, size, one, other, protocol)
    quic = may_carry_quic(first_bytes, size, block.payload_length[entries], protocol)
    for found, number in ((dns, DNS), (tls | ~payloads.in_order, TLS), (quic, QUIC)):
        decided = np.flatnonzero(found & (connections["stream"][rows] == UNDECIDED))
        decided = decided[np.argsort(-entries[decided])]  # the earliest is written last
        connections["stream"][rows[decided]] = number
        begins[rows[decided]] = entries[decided]
    return begins


def _first_payloads(payloads: Payloads, connections: Connections) -> Indices:
    """Return the payloads that are the first of their direction, and note that they were seen."""
    firsts = []
    for side in (0, 1):
        own = np.flatnonzero(payloads.side == bool(side))
        own = own[first_of_run(payloads.row[own])]
        rows = payloads.row[own]
        own = own[~connections["payload_seen"][rows, side]]
        connections["payload_seen"][rows, side] = True
        firsts.append(own)
    return np.concatenate(firsts)


def _first_bytes(
    block: PacketBlock, entries: Indices, size: NDArray[np.int32]
) -> NDArray[np.uint8]:
    column = np.arange(_FIRST_BYTES)
    present = column < size[:, None]
    offsets = np.where(present, block.payload_offset[entries][:, None] + column, 0)
    return np.where(present, block.data[offsets], 0).astype(np.uint8)
