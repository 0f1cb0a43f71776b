"""What a network or a capture does to packets: each function takes packets and returns packets."""

from __future__ import annotations

import ipaddress
import struct
import zlib
from collections.abc import Container, Sequence
from typing import Final

from pcaps.generate.headers import ethernet_frame, ip_packet
from pcaps.generate.packet import NANOSECONDS, Packet, in_order

_ETHERNET_HEADER: Final = 14
_IPV4_HEADER: Final = 20
_IPV6_HEADER: Final = 40
_IPV6_FRAGMENT: Final = 44
_GRE: Final = 47
_VLAN: Final = 0x8100
_MORE_FRAGMENTS: Final = 0x2000


def lost(packets: Sequence[Packet], indices: Container[int]) -> list[Packet]:
    """Return the packets without those at the indices."""
    return [packet for index, packet in enumerate(packets) if index not in indices]


def delayed(packets: Sequence[Packet], index: int, seconds: float) -> list[Packet]:
    """Return the packets with one arriving later, behind those that it was ahead of."""
    result = list(packets)
    result[index] = _later(packets[index], seconds)
    return in_order(result)


def repeated(packets: Sequence[Packet], index: int, seconds: float) -> list[Packet]:
    """Return the packets with one coming once more later, as a retransmission does."""
    return in_order([*packets, _later(packets[index], seconds)])


def tagged(packets: Sequence[Packet], *identifiers: int) -> list[Packet]:
    """Return the packets with VLAN tags, outermost first."""
    tags = b"".join(struct.pack("!HH", _VLAN, identifier) for identifier in identifiers)
    return [Packet(time_ns, frame[:12] + tags + frame[12:]) for time_ns, frame in packets]


def fragmented(packets: Sequence[Packet], largest: int) -> list[Packet]:
    """Return the packets with IP packets of more than ``largest`` bytes in fragments."""
    result = []
    for time_ns, frame in packets:
        packet = network_packet(frame)
        if len(packet) <= largest:
            result.append(Packet(time_ns, frame))
            continue
        head = frame[:_ETHERNET_HEADER]
        result += [Packet(time_ns, head + part) for part in _fragments(packet, largest)]
    return result


def without_link_layer(packets: Sequence[Packet]) -> list[Packet]:
    """Return the packets as raw IP (link type 101)."""
    return [Packet(time_ns, network_packet(frame)) for time_ns, frame in packets]


def linux_cooked(packets: Sequence[Packet]) -> list[Packet]:
    """Return the packets with the header of a Linux "any" capture (link type 113)."""
    return [
        Packet(
            time_ns,
            struct.pack("!HHH", 0, 1, 6)
            + frame[6:12]
            + b"\0\0"
            + frame[12:14]
            + network_packet(frame),
        )
        for time_ns, frame in packets
    ]


def in_gre_tunnel(packets: Sequence[Packet], source: str, destination: str) -> list[Packet]:
    """Return the packets inside a GRE tunnel (RFC 2784) between two routers."""
    return [
        Packet(
            time_ns,
            ethernet_frame(
                source,
                destination,
                ip_packet(
                    source, destination, _GRE, b"\0\0" + frame[12:14] + network_packet(frame)
                ),
            ),
        )
        for time_ns, frame in packets
    ]


def network_packet(frame: bytes) -> bytes:
    """Return the IP packet of an Ethernet frame without the frame's padding."""
    packet = frame[_ETHERNET_HEADER:]
    if packet[0] >> 4 == 6:
        return packet[: _IPV6_HEADER + int.from_bytes(packet[4:6], "big")]
    return packet[: int.from_bytes(packet[2:4], "big")]


def _later(packet: Packet, seconds: float) -> Packet:
    return Packet(packet.time_ns + round(seconds * NANOSECONDS), packet.frame)


def _fragments(packet: bytes, largest: int) -> list[bytes]:
    return (_ipv6_fragments if packet[0] >> 4 == 6 else _ipv4_fragments)(packet, largest)


def _ipv4_fragments(packet: bytes, largest: int) -> list[bytes]:
    source, destination = (str(ipaddress.IPv4Address(packet[at : at + 4])) for at in (12, 16))
    size = (largest - _IPV4_HEADER) // 8 * 8
    return [
        ip_packet(
            source,
            destination,
            packet[9],
            piece,
            identification=int.from_bytes(packet[4:6], "big"),
            flags_and_offset=(_MORE_FRAGMENTS if more else 0) | offset // 8,
            time_to_live=packet[8],
        )
        for offset, piece, more in _pieces(packet[_IPV4_HEADER:], size)
    ]


def _ipv6_fragments(packet: bytes, largest: int) -> list[bytes]:
    source, destination = (str(ipaddress.IPv6Address(packet[at : at + 16])) for at in (8, 24))
    size = (largest - _IPV6_HEADER - 8) // 8 * 8
    identification = zlib.crc32(packet)
    return [
        ip_packet(
            source,
            destination,
            _IPV6_FRAGMENT,
            struct.pack("!BBHI", packet[6], 0, offset | more, identification) + piece,
            time_to_live=packet[7],
        )
        for offset, piece, more in _pieces(packet[_IPV6_HEADER:], size)
    ]


def _pieces(data: bytes, size: int) -> list[tuple[int, bytes, bool]]:
    """Return (offset, bytes, whether more follow) of each piece."""
    offsets = range(0, len(data), size)
    return [(at, data[at : at + size], at + size < len(data)) for at in offsets]
