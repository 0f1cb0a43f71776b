"""Capture files as byte strings, built field by field."""

import struct
from collections.abc import Sequence
from typing import NamedTuple


class Record(NamedTuple):
    frame: bytes
    seconds: int = 1_600_000_000
    fraction: int = 0
    length: int | None = None

    @property
    def wire_length(self) -> int:
        return len(self.frame) if self.length is None else self.length


def pcap_header(
    order: str = "<", magic: int = 0xA1B2C3D4, link_type: int = 1, version: tuple[int, int] = (2, 4)
) -> bytes:
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, 262_144, link_type)


def pcap_record(record: Record, order: str = "<", extra: int = 0) -> bytes:
    lengths = len(record.frame), record.wire_length
    head = struct.pack(order + "IIII", record.seconds, record.fraction, *lengths)
    return head + bytes(extra) + record.frame


def pcap(
    records: Sequence[Record], order: str = "<", magic: int = 0xA1B2C3D4, link_type: int = 1
) -> bytes:
    body = [pcap_record(record, order) for record in records]
    return pcap_header(order, magic, link_type) + b"".join(body)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def section(order: str = "<", version: int = 1) -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, version, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(
    link_type: int = 1, order: str = "<", options: bytes = b"", snap_length: int = 0
) -> bytes:
    return block(1, struct.pack(order + "HHI", link_type, 0, snap_length) + options, order)


def packet(
    frame: bytes, ticks: int = 0, number: int = 0, order: str = "<", length: int | None = None
) -> bytes:
    wire = len(frame) if length is None else length
    words = number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), wire
    return block(6, struct.pack(order + "IIIII", *words) + frame, order)


def obsolete_packet(frame: bytes, ticks: int = 0, number: int = 0, order: str = "<") -> bytes:
    words = ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame)
    return block(2, struct.pack(order + "HHIIII", number, 77, *words) + frame, order)


def simple_packet(frame: bytes, length: int | None = None, order: str = "<") -> bytes:
    wire = len(frame) if length is None else length
    return block(3, struct.pack(order + "I", wire) + frame, order)
