"""Transport headers: TCP, UDP and ICMP fields of many IP packets at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode.frames import Rows, big16, big32, take_rows
from capture.builtin.decode.ip import IpPackets
from capture.builtin.files.gather import gather

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
_TCP_HEADER: Final = 20
# Bytes without which Zeek does not look at a packet of the protocol.
LEAST: Final = np.zeros(256, np.uint8)
LEAST[[ICMP, UDP, ICMPV6]] = 8
LEAST[TCP] = _TCP_HEADER

_Number = TypeVar("_Number", bound=np.generic)

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
        return type(self)(*take_rows([getattr(self, each.name) for each in fields(self)], rows))


def parse_transport(
    data: NDArray[np.uint8], packets: IpPackets, skipped: Counter[str]
) -> tuple[IpPackets, Transport]:
    """Return packets and their transport fields; packets with a bad header are counted only."""
    rows = gather(data, packets.payload, _TCP_HEADER)
    present = packets.captured - packets.payload
    whole = present >= LEAST[packets.protocol]
    tcp_header = (rows[:, 12] >> 4) * np.uint8(4)
    tcp = packets.protocol == TCP
    long = tcp_header > packets.end - packets.payload
    bad_tcp = whole & tcp & ((tcp_header < _TCP_HEADER) | long)
    good = whole & ~bad_tcp
    if not good.all():
        _count(skipped, CUT_OFF, ~whole)
        _count(skipped, BAD_TCP_HEADER, bad_tcp)
        kept = np.flatnonzero(good)
        packets, rows = packets.take(kept), rows[kept]
    return packets, transport_fields(rows, packets)


def _count(skipped: Counter[str], reason: str, which: NDArray[np.bool_]) -> None:
    number = int(np.count_nonzero(which))
    if number:
        skipped[reason] += number


def transport_fields(rows: NDArray[np.uint8], packets: IpPackets) -> Transport:
    """Return the fields of good headers, the first 20 bytes of which are ``rows``."""
    tcp = packets.protocol == TCP
    source, destination = _ports(rows, packets.protocol)
    header = np.where(tcp, (rows[:, 12] >> 4) * np.uint8(4), LEAST[packets.protocol])
    offset = packets.payload + header
    length = _payload_lengths(rows, packets, offset)
    captured = np.minimum(packets.captured - offset, length)
    other = np.flatnonzero(~tcp)
    return Transport(
        source_port=source,
        destination_port=destination,
        payload_offset=offset,
        payload_length=length.astype(np.int32),
        payload_captured=np.maximum(captured, 0).astype(np.int32),
        tcp_sequence=_without(other, big32(rows, 4)),
        tcp_acknowledgement=_without(other, big32(rows, 8)),
        tcp_flags=_without(other, rows[:, 13].copy()),
        tcp_window=_without(other, big16(rows, 14).astype(np.uint16)),
        tcp_header_length=_without(other, header),
    )


def _without(rows: NDArray[np.intp], values: NDArray[_Number]) -> NDArray[_Number]:
    """Return the values, with 0 in these rows."""
    values[rows] = 0
    return values


def _ports(
    rows: NDArray[np.uint8], protocol: NDArray[np.uint8]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return ports, type and code for ICMP, 0 for protocols that have neither."""
    source, destination = big16(rows, 0).astype(np.uint16), big16(rows, 2).astype(np.uint16)
    other = np.flatnonzero((protocol != TCP) & (protocol != UDP))
    if len(other):
        icmp = (protocol[other] == ICMP) | (protocol[other] == ICMPV6)
        source[other] = rows[other, 0] * icmp
        destination[other] = rows[other, 1] * icmp
    return source, destination


def _payload_lengths(
    rows: NDArray[np.uint8], packets: IpPackets, offset: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return what follows the transport header; for UDP its own length counts, if possible."""
    length = packets.end - offset
    udp = np.flatnonzero(packets.protocol == UDP)
    stated = big16(rows[udp], 4)
    length[udp] = np.where(stated >= 8, stated - 8, length[udp])
    return length
