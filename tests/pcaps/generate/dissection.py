"""Takes generated frames apart again, independently of the code that made them."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pcaps.generate.packet import Packet


class Transport(NamedTuple):
    time_ns: int
    source: str
    destination: str
    protocol: int
    source_port: int
    destination_port: int
    sequence: int
    acknowledgement: int
    flags: int
    payload: bytes
    checksums_right: bool


def one_complement_sum(data: bytes) -> int:
    """Return the sum that is 0xFFFF over anything that includes its right checksum."""
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(int(word) for word in words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def dissect(packet: Packet) -> Transport:
    """Take one Ethernet frame with IPv4 or IPv6 and TCP or UDP apart."""
    kind = int.from_bytes(packet.frame[12:14], "big")
    ip = packet.frame[14:]
    if kind == 0x0800:
        header, length, protocol = ip[:20], int.from_bytes(ip[2:4], "big"), ip[9]
        source, destination = ip[12:16], ip[16:20]
        header_right = one_complement_sum(header) == 0xFFFF and ip[0] == 0x45
    else:
        assert kind == 0x86DD
        header, length, protocol = ip[:40], 40 + int.from_bytes(ip[4:6], "big"), ip[6]
        source, destination = ip[8:24], ip[24:40]
        header_right = ip[0] >> 4 == 6
    content = ip[len(header) : length]
    pseudo = source + destination + struct.pack("!II", len(content), protocol)
    right = header_right and one_complement_sum(pseudo + content) == 0xFFFF
    source_port, destination_port = struct.unpack("!HH", content[:4])
    sequence, acknowledgement, flags, start = 0, 0, 0, 8
    if protocol == 6:
        sequence, acknowledgement, words, flags = struct.unpack("!IIBB", content[4:14])
        start = (words >> 4) * 4
    return Transport(
        packet.time_ns,
        str(ipaddress.ip_address(source)),
        str(ipaddress.ip_address(destination)),
        protocol,
        source_port,
        destination_port,
        sequence,
        acknowledgement,
        flags,
        content[start:],
        right,
    )


def stream(packets: Sequence[Packet], source: str) -> bytes:
    """Return the bytes that one host sent over TCP, put in order by sequence number."""
    segments = [dissect(packet) for packet in packets]
    mine = [item for item in segments if item.source == source and item.payload]
    return b"".join(item.payload for item in sorted(mine, key=lambda item: item.sequence))


def tls_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (content type, version, content) of each TLS record; the last must be whole."""
    at = 0
    while at < len(data):
        kind, version, length = struct.unpack_from("!BHH", data, at)
        content = data[at + 5 : at + 5 + length]
        assert len(content) == length
        yield kind, version, content
        at += 5 + length


def pcap_records(content: bytes) -> tuple[int, list[tuple[int, int, bytes]]]:
    """Return (link type, [(time in ns, original length, bytes)]) of a pcap file."""
    order = "<" if content[0] in (0xD4, 0x4D) else ">"
    magic, *_, link_type = struct.unpack(order + "IHHiIII", content[:24])
    unit = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}[magic]
    records, at = [], 24
    while at < len(content):
        seconds, rest, captured, original = struct.unpack_from(order + "IIII", content, at)
        frame = content[at + 16 : at + 16 + captured]
        records.append((seconds * 10**9 + rest * unit, original, frame))
        at += 16 + captured
    return link_type, records


def pcapng_blocks(content: bytes) -> list[tuple[int, bytes]]:
    """Return (type, body) of each block; both of its length fields must agree."""
    order = "<" if content[8:12] == bytes.fromhex("4d3c2b1a") else ">"
    blocks, at = [], 0
    while at < len(content):
        kind, length = struct.unpack_from(order + "II", content, at)
        assert struct.unpack_from(order + "I", content, at + length - 4) == (length,)
        blocks.append((kind, content[at + 8 : at + length - 4]))
        at += length
    return blocks
