"""Packets of a network interface of this machine, recorded as a capture file."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path
from typing import Final

from capture.errors import UnreadableInputError

_ALL_PROTOCOLS: Final = 3  # ETH_P_ALL of Linux
_LONGEST: Final = 1 << 18
_NANOSECOND_PCAP: Final = 0xA1B23C4D
# Hardware types of Linux (if_arp.h) to LINKTYPE_ values: Ethernet, loopback; without a header.
_LINK_TYPES: Final = {1: 1, 772: 1, 519: 101, 65534: 101}


def record(interface: str, packets: int, path: Path) -> None:
    """Write so many packets of the interface, both ways, into a capture file at ``path``.

    Raises ``UnreadableInputError`` where that is not possible or not permitted.
    """
    with _opened(interface) as source, path.open("wb") as file:
        hardware = source.getsockname()[3]
        if hardware not in _LINK_TYPES:
            raise UnreadableInputError(f"{interface}: not an interface that carries IP packets")
        link_type = _LINK_TYPES[hardware]
        file.write(struct.pack("<IHHiIII", _NANOSECOND_PCAP, 2, 4, 0, 0, _LONGEST, link_type))
        for _ in range(packets):
            frame = source.recv(_LONGEST)
            seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
            file.write(struct.pack("<IIII", seconds, nanoseconds, len(frame), len(frame)))
            file.write(frame)


def _opened(interface: str) -> socket.socket:
    if not hasattr(socket, "AF_PACKET"):
        raise UnreadableInputError(
            f"{interface}: live traffic can be read on Linux only; record it with another program "
            "and name the file"
        )
    try:
        source = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
    except PermissionError:
        raise UnreadableInputError(
            f"{interface}: reading live traffic is not permitted; run this as root, or give python "
            "the capability CAP_NET_RAW"
        ) from None
    try:
        source.bind((interface, 0))
    except OSError as error:
        source.close()
        reason = (error.strerror or "unusable").lower()
        raise UnreadableInputError(f"{interface}: no usable network interface ({reason})") from None
    return source
