"""Ethernet, IP, UDP and TCP headers around a payload, with correct lengths and checksums."""

from __future__ import annotations

import ipaddress
import struct
from typing import Final

import numpy as np

ETHERNET_IPV4: Final = 0x0800
ETHERNET_IPV6: Final = 0x86DD
PROTOCOL_TCP: Final = 6
PROTOCOL_UDP: Final = 17
DONT_FRAGMENT: Final = 0x4000

FIN: Final = 1
SYN: Final = 2
RST: Final = 4
PSH: Final = 8
ACK: Final = 16


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071) over bytes of any length."""
    padded = data + b"\0" * (len(data) % 2)
    total = int(np.frombuffer(padded, ">u2").sum(dtype=np.uint64))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_segment(
    source: tuple[str, int],
    destination: tuple[str, int],
    sequence: int,
    acknowledgement: int,
    flags: int,
    payload: bytes = b"",
    *,
    options: bytes = b"",
    window: int = 64240,
) -> bytes:
    """Return a TCP segment; ``options`` must be padded to four bytes."""
    header_words = 5 + len(options) // 4
    header = struct.pack(
        "!HHIIBBHHH",
        source[1],
        destination[1],
        sequence % 2**32,
        acknowledgement % 2**32,
        header_words << 4,
        flags,
        window,
        0,
        0,
    )
    segment = header + options + payload
    value = _transport_checksum(source[0], destination[0], PROTOCOL_TCP, segment)
    return segment[:16] + struct.pack("!H", value) + segment[18:]


def udp_datagram(source: tuple[str, int], destination: tuple[str, int], payload: bytes) -> bytes:
    """Return a UDP datagram; a checksum of zero is sent as all ones (RFC 768)."""
    datagram = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0) + payload
    value = _transport_checksum(source[0], destination[0], PROTOCOL_UDP, datagram)
    return datagram[:6] + struct.pack("!H", value or 0xFFFF) + datagram[8:]


def ip_packet(
    source: str,
    destination: str,
    protocol: int,
    payload: bytes,
    *,
    identification: int = 0,
    flags_and_offset: int = DONT_FRAGMENT,
    time_to_live: int = 64,
) -> bytes:
    """Return an IPv4 or IPv6 packet, by the form of the addresses.

    ``identification`` and ``flags_and_offset`` (in IPv4's encoding) are for IPv4 only.
    """
    origin, target = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if origin.version == 6:
        header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, time_to_live)
        return header + origin.packed + target.packed + payload
    header = struct.pack(
        "!BBHHHBBH",
        0x45,
        0,
        20 + len(payload),
        identification % 2**16,
        flags_and_offset,
        time_to_live,
        protocol,
        0,
    )
    value = checksum(header + origin.packed + target.packed)
    return header[:10] + struct.pack("!H", value) + origin.packed + target.packed + payload


def ethernet_frame(source: str, destination: str, packet: bytes) -> bytes:
    """Return an Ethernet frame around an IP packet, padded to the minimum of 60 bytes.

    The hardware addresses are locally administered ones made of the IP addresses' last bytes.
    """
    kind = ETHERNET_IPV6 if packet[0] >> 4 == 6 else ETHERNET_IPV4
    addresses = _hardware_address(destination) + _hardware_address(source)
    return (addresses + struct.pack("!H", kind) + packet).ljust(60, b"\0")


def _hardware_address(address: str) -> bytes:
    return b"\x02\x00" + ipaddress.ip_address(address).packed[-4:]


def _transport_checksum(source: str, destination: str, protocol: int, content: bytes) -> int:
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    return checksum(addresses + struct.pack("!II", len(content), protocol) + content)
