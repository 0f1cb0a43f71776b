"""Frames as byte strings, built layer by layer, and a shortcut to decode them."""

import struct
from collections.abc import Sequence
from ipaddress import ip_address

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.decode.decoder import Decoder
from capture.builtin.files.records import Records

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
CLIENT_6, SERVER_6 = "2001:db8::1", "2001:db8::2"


def ethernet(payload: bytes, ethertype: int = 0x0800) -> bytes:
    return b"\x02\0\0\0\0\x01" + b"\x02\0\0\0\0\x02" + struct.pack(">H", ethertype) + payload


def ipv4(
    payload: bytes,
    protocol: int = 17,
    source: str = CLIENT,
    destination: str = SERVER,
    *,
    options: bytes = b"",
    total: int | None = None,
    flags_and_offset: int = 0,
    identification: int = 7,
    time_to_live: int = 64,
) -> bytes:
    size = 20 + len(options)
    total = size + len(payload) if total is None else total
    head = struct.pack(
        ">BBHHHBBH4s4s",
        0x40 | size // 4,
        0,
        total,
        identification,
        flags_and_offset,
        time_to_live,
        protocol,
        0,
        ip_address(source).packed,
        ip_address(destination).packed,
    )
    return head + options + payload


def ipv6(
    payload: bytes,
    protocol: int = 17,
    source: str = CLIENT_6,
    destination: str = SERVER_6,
    length: int | None = None,
) -> bytes:
    length = len(payload) if length is None else length
    head = struct.pack(">IHBB", 6 << 28, length, protocol, 64)
    return head + ip_address(source).packed + ip_address(destination).packed + payload


def udp(
    payload: bytes, source: int = 40000, destination: int = 53, length: int | None = None
) -> bytes:
    length = 8 + len(payload) if length is None else length
    return struct.pack(">HHHH", source, destination, length, 0) + payload


def tcp(
    payload: bytes = b"",
    source: int = 40000,
    destination: int = 443,
    *,
    sequence: int = 1,
    acknowledgement: int = 2,
    flags: int = 0x18,
    window: int = 1024,
    options: bytes = b"",
) -> bytes:
    offset = (20 + len(options)) // 4 << 4
    ports = struct.pack(">HHII", source, destination, sequence, acknowledgement)
    return ports + struct.pack(">BBHHH", offset, flags, window, 0, 0) + options + payload


def records(
    frames: Sequence[bytes],
    link_type: int = 1,
    captured: int | None = None,
    time_ns: Sequence[int] | None = None,
) -> Records:
    """Return records of the frames, of which at most ``captured`` bytes each were captured."""
    sizes = np.array([len(frame) for frame in frames], np.int64)
    return Records(
        data=np.frombuffer(b"".join(frames), np.uint8),
        offset=np.cumsum(sizes) - sizes,
        captured=sizes if captured is None else np.minimum(sizes, captured),
        length=sizes,
        time_ns=np.array(time_ns if time_ns is not None else range(len(frames)), np.int64),
        link_type=np.full(len(frames), link_type, np.int64),
        consumed=int(sizes.sum()),
    )


def decode(
    frames: Sequence[bytes], link_type: int = 1, captured: int | None = None
) -> tuple[PacketBlock, Decoder]:
    decoder = Decoder()
    block = decoder.decode(records(frames, link_type, captured))
    decoder.finish()
    return block, decoder


def payloads(block: PacketBlock) -> list[bytes]:
    ends = block.payload_offset + block.payload_captured
    spans = zip(block.payload_offset.tolist(), ends.tolist(), strict=True)
    return [block.data[start:end].tobytes() for start, end in spans]


def endpoints(block: PacketBlock) -> list[tuple[str, int, str, int]]:
    """Return source, its port, destination, its port of each packet."""
    columns = block.source, block.source_port, block.destination, block.destination_port
    return [
        (_text(source), int(sport), _text(destination), int(dport))
        for source, sport, destination, dport in zip(*columns, strict=True)
    ]


def _text(halves: np.ndarray) -> str:
    address = ip_address(int(halves[0]).to_bytes(8, "big") + int(halves[1]).to_bytes(8, "big"))
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address)
