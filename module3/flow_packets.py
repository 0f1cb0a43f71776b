"""Packets of a block, sorted by flow: what the features are computed from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Booleans, Indices

_TCP, _UDP = 6, 17
_HEADERS: Final = np.zeros(256, dtype=np.int64)
_HEADERS[[1, 17, 58]] = 8  # ICMP, UDP, ICMPv6


@dataclass(frozen=True)
class FlowPackets:
    """One entry a packet; those of a flow are neighbours, in the order of the capture.

    ``flow`` are row numbers, ascending. ``time`` is in microseconds and never falls within a flow.
    Lengths are bytes: ``length`` of what follows the transport header, ``header`` of that header.
    """

    flow: Indices
    time: NDArray[np.int64]
    backward: Booleans
    length: NDArray[np.int64]
    header: NDArray[np.int64]
    flags: NDArray[np.uint8]
    window: NDArray[np.int64]

    def take(self, entries: Indices) -> Self:
        """Return these entries, which ascend."""
        return type(self)(*(getattr(self, each.name)[entries] for each in fields(self)))

    def sides(self) -> Sides:
        """Return the packets that go forward, and those that go backward."""
        forward, backward = (np.flatnonzero(self.backward == side) for side in (False, True))
        return self.take(forward), self.take(backward)


Sides = tuple[FlowPackets, FlowPackets]


@dataclass(frozen=True)
class Payloads:
    """The same packets with what they carry: ``packet`` indexes ``block``."""

    block: PacketBlock
    packet: Indices
    flow: Indices
    backward: Booleans


def lengths(block: PacketBlock, entries: Indices, *, cic: bool) -> NDArray[np.int64]:
    """Return payload lengths; with ``cic`` only TCP and UDP have any."""
    length = block.payload_length[entries].astype(np.int64)
    np.maximum(length, 0, out=length)
    return length * _has_ports(block.protocol[entries]) if cic else length


def headers(block: PacketBlock, entries: Indices, *, cic: bool) -> NDArray[np.int64]:
    """Return lengths of transport headers; with ``cic`` only TCP and UDP have any."""
    protocol = block.protocol[entries]
    length = np.where(protocol == _TCP, block.tcp_header_length[entries], _HEADERS[protocol])
    return length * _has_ports(protocol) if cic else length


def _has_ports(protocol: NDArray[np.uint8]) -> Booleans:
    has_ports: Booleans = (protocol == _TCP) | (protocol == _UDP)
    return has_ports


def windows(block: PacketBlock, entries: Indices, missing: int) -> NDArray[np.int64]:
    """Return the TCP windows as they stand in the header, for other protocols ``missing``."""
    tcp = block.protocol[entries] == _TCP
    return np.where(tcp, block.tcp_window[entries].astype(np.int64), missing)
