"""Captures as files: pcap in both byte orders and time resolutions, and pcapng."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from pcaps.generate.packet import NANOSECONDS, Packet

ByteOrder = Literal["little", "big"]

LINK_TYPE_ETHERNET: Final = 1
LINK_TYPE_RAW_IP: Final = 101
LINK_TYPE_LINUX_COOKED: Final = 113

_PREFIX: Final[dict[ByteOrder, str]] = {"little": "<", "big": ">"}
_WHOLE_FRAME: Final = 262_144


def write_pcap(
    path: Path,
    packets: Iterable[Packet],
    *,
    nanoseconds: bool = False,
    byte_order: ByteOrder = "little",
    link_type: int = LINK_TYPE_ETHERNET,
    snap_length: int = _WHOLE_FRAME,
) -> None:
    """Write a pcap file; see ``pcap_bytes``."""
    content = pcap_bytes(
        packets,
        nanoseconds=nanoseconds,
        byte_order=byte_order,
        link_type=link_type,
        snap_length=snap_length,
    )
    path.write_bytes(content)


def pcap_bytes(
    packets: Iterable[Packet],
    *,
    nanoseconds: bool = False,
    byte_order: ByteOrder = "little",
    link_type: int = LINK_TYPE_ETHERNET,
    snap_length: int = _WHOLE_FRAME,
) -> bytes:
    """Return the bytes of a pcap file; frames are cut off at ``snap_length``."""
    order = _PREFIX[byte_order]
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    unit = 1 if nanoseconds else 1000
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap_length, link_type)]
    for time_ns, frame in packets:
        seconds, rest = divmod(time_ns, NANOSECONDS)
        captured = frame[:snap_length]
        parts.append(struct.pack(order + "IIII", seconds, rest // unit, len(captured), len(frame)))
        parts.append(captured)
    return b"".join(parts)


def write_pcapng(
    path: Path,
    packets: Iterable[Packet],
    *,
    byte_order: ByteOrder = "little",
    link_type: int = LINK_TYPE_ETHERNET,
    resolution: int = 9,
    snap_length: int = _WHOLE_FRAME,
) -> None:
    """Write a pcapng file; see ``pcapng_bytes``."""
    content = pcapng_bytes(
        packets,
        byte_order=byte_order,
        link_type=link_type,
        resolution=resolution,
        snap_length=snap_length,
    )
    path.write_bytes(content)


def pcapng_bytes(
    packets: Iterable[Packet],
    *,
    byte_order: ByteOrder = "little",
    link_type: int = LINK_TYPE_ETHERNET,
    resolution: int = 9,
    snap_length: int = _WHOLE_FRAME,
) -> bytes:
    """Return a pcapng file: one section, one interface whose clock ticks 10**-resolution s."""
    order = _PREFIX[byte_order]
    section = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
    resolution_option = struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)
    interface = struct.pack(order + "HHI", link_type, 0, snap_length) + resolution_option
    blocks = [_block(order, 0x0A0D0D0A, section), _block(order, 1, interface)]
    for time_ns, frame in packets:
        ticks = time_ns * 10**resolution // NANOSECONDS
        captured = frame[:snap_length]
        head = struct.pack(
            order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(captured), len(frame)
        )
        blocks.append(_block(order, 6, head + captured))
    return b"".join(blocks)


def _block(order: str, kind: int, body: bytes) -> bytes:
    padded = body + b"\0" * (-len(body) % 4)
    length = 12 + len(padded)
    return struct.pack(order + "II", kind, length) + padded + struct.pack(order + "I", length)
