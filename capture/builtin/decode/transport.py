"""Transport headers: TCP, UDP and ICMP fields of many IP packets at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode.frames import Rows, big16, big32
from capture.builtin.decode.ip import IpPackets
from capture.builtin.files.gather import gather

_ICMP, _TCP, _UDP, _ICMPV6 = 1, 6, 17, 58
_TCP_HEADER: Final = 20
# Bytes without which Zeek does not look at a packet of the protocol.
_LEAST: Final = np.zeros(256, np.int64)
_LEAST[[_ICMP, _UDP, _ICMPV6]] = 8
_LEAST[_TCP] = _TCP_HEADER

CUT_OFF: Final = "transport header cut off"
BAD_TCP_HEADER: Final = "bad TCP header length"


@dataclass(frozen=True)
class Transport:
    """Transport-layer fields, one array entry a packet; fields that a protocol lacks are 0."""

    source_port: NDArray[np.uint16]
    destination_port: NDArray[np.uint16]
    payload_offset: NDArray[np.int64]
    payload_length: NDArray[np.int32]
    payload_captured: NDArray[np.int32]
    tcp_sequence: NDArray[np.uint32]
    tcp_acknowledgement: NDArray[np.uint32]
    tcp_flags: NDArray[np.uint8]
    tcp_window: NDArray[np.uint16]
    tcp_header_length: NDArray[np.uint8]

    def take(self, rows: Rows) -> Self:
        """Return the entries of these rows."""
        return type(self)(*(getattr(self, each.name)[rows] for each in fields(self)))


def parse_transport(
    data: NDArray[np.uint8], packets: IpPackets, skipped: Counter[str]
) -> tuple[IpPackets, Transport]:
    """Return packets and their transport fields; packets with a bad header are counted only."""
    rows = gather(data, packets.payload, _TCP_HEADER)
    present = packets.captured - packets.payload
    whole = present >= _LEAST[packets.protocol]
    tcp_header = (rows[:, 12] >> 4) * np.uint8(4)
    tcp = packets.protocol == _TCP
    long = tcp_header > packets.end - packets.payload
    bad_tcp = whole & tcp & ((tcp_header < _TCP_HEADER) | long)
    good = whole & ~bad_tcp
    if not good.all():
        _count(skipped, CUT_OFF, ~whole)
        _count(skipped, BAD_TCP_HEADER, bad_tcp)
        kept = np.flatnonzero(good)
        packets, rows = packets.take(kept), rows[kept]
    return packets, _fields(rows, packets)


def _count(skipped: Counter[str], reason: str, which: NDArray[np.bool_]) -> None:
    number = int(np.count_nonzero(which))
    if number:
        skipped[reason] += number


def _fields(rows: NDArray[np.uint8], packets: IpPackets) -> Transport:
    tcp = packets.protocol == _TCP
    source, destination = _ports(rows, packets.protocol)
    header = _LEAST[packets.protocol]
    header[tcp] = (rows[tcp, 12] >> 4).astype(np.int64) * 4
    offset = packets.payload + header
    length = _payload_lengths(rows, packets, header)
    captured = np.clip(packets.captured - offset, 0, length)
    return Transport(
        source_port=source,
        destination_port=destination,
        payload_offset=offset,
        payload_length=length.astype(np.int32),
        payload_captured=captured.astype(np.int32),
        tcp_sequence=np.where(tcp, big32(rows, 4), np.uint32(0)),
        tcp_acknowledgement=np.where(tcp, big32(rows, 8), np.uint32(0)),
        tcp_flags=np.where(tcp, rows[:, 13], np.uint8(0)),
        tcp_window=np.where(tcp, big16(rows, 14), 0).astype(np.uint16),
        tcp_header_length=np.where(tcp, header, 0).astype(np.uint8),
    )


def _ports(
    rows: NDArray[np.uint8], protocol: NDArray[np.uint8]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return ports, type and code for ICMP, 0 for protocols that have neither."""
    source, destination = big16(rows, 0).astype(np.uint16), big16(rows, 2).astype(np.uint16)
    ported = (protocol == _TCP) | (protocol == _UDP)
    if ported.all():
        return source, destination
    icmp = (protocol == _ICMP) | (protocol == _ICMPV6)
    source = np.where(ported, source, np.where(icmp, rows[:, 0], 0)).astype(np.uint16)
    destination = np.where(ported, destination, np.where(icmp, rows[:, 1], 0)).astype(np.uint16)
    return source, destination


def _payload_lengths(
    rows: NDArray[np.uint8], packets: IpPackets, header: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return what follows the transport header; for UDP its own length counts, if possible."""
    length = packets.end - packets.payload - header
    stated = big16(rows, 4)
    own = (packets.protocol == _UDP) & (stated >= 8)
    length[own] = stated[own] - 8
    return length
