"""A large capture made by replaying small ones with shifted times and rewritten addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.capture_file import CaptureFile

LINK_TYPE_ETHERNET: Final = 1
_FILE_HEADER: Final = np.array([0xA1B2C3D4, 0x00040002, 0, 0, 1 << 18, 1], dtype="<u4")
_RECORD_HEADER: Final = 16
_ETHERNET_HEADER: Final = 14
# EtherType -> where the two addresses begin in the IP header, and their length.
_ADDRESSES: Final = {0x0800: ((12, 16), 4), 0x86DD: ((8, 24), 16)}
_DAY: Final = 86_400


@dataclass(frozen=True)
class Tape:
    """The records of some captures as they stand in a pcap file, and what a replay changes.

    ``seconds`` are positions of the 32-bit time stamps in ``content``, ``addresses`` positions of
    the two bytes of every address that a replay changes, shape (n, 2).
    """

    content: NDArray[np.uint8]
    seconds: NDArray[np.int64]
    addresses: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of packets."""
        return len(self.seconds)


_EMPTY: Final = Tape(np.zeros(0, np.uint8), np.zeros(0, np.int64), np.zeros((0, 2), np.int64))


def record(captures: Iterable[Path]) -> Tape:
    """Return the Ethernet packets of the captures, each capture moved to start at second 0."""
    tape = _EMPTY
    for path in captures:
        part, base = _frames(path), len(tape.content)
        tape = Tape(
            np.concatenate([tape.content, part.content]),
            np.concatenate([tape.seconds, part.seconds + base]),
            np.concatenate([tape.addresses, part.addresses + base]),
        )
    return tape


def write_replay(tape: Tape, target: Path, packets: int) -> int:
    """Write a pcap file of at least ``packets`` packets, and return how many there are.

    Every replay begins a day after the one before and has addresses of its own.
    """
    replays = -(-packets // len(tape))
    with target.open("wb") as file:
        file.write(_FILE_HEADER.tobytes())
        for number in range(replays):
            file.write(_shifted(tape, number).tobytes())
    return replays * len(tape)


def _shifted(tape: Tape, number: int) -> NDArray[np.uint8]:
    content = tape.content.copy()
    times = _words(content, tape.seconds) + np.uint32(number * _DAY)
    content[tape.seconds[:, None] + np.arange(4)] = (
        times.astype("<u4").reshape(-1, 1).view(np.uint8)
    )
    content[tape.addresses[:, 0]] ^= np.uint8(number >> 8 & 255)
    content[tape.addresses[:, 1]] ^= np.uint8(number & 255)
    return content


def _words(content: NDArray[np.uint8], positions: NDArray[np.int64]) -> NDArray[np.uint32]:
    quads = content[positions[:, None] + np.arange(4)].astype(np.uint32)
    shifts = np.array([0, 8, 16, 24], dtype=np.uint32)
    words: NDArray[np.uint32] = np.bitwise_or.reduce(quads << shifts, axis=1)
    return words


def _frames(path: Path) -> Tape:
    chunks: list[NDArray[np.uint8]] = []
    seconds: list[int] = []
    addresses: list[tuple[int, int]] = []
    position, first_ns = 0, None
    for records in CaptureFile(path, records_per_block=1 << 17, decompressed_limit=1 << 32):
        for index in np.flatnonzero(records.link_type == LINK_TYPE_ETHERNET):
            start = int(records.offset[index])
            frame = records.data[start : start + int(records.captured[index])]
            time_ns = int(records.time_ns[index])
            first_ns = time_ns if first_ns is None else first_ns
            chunks.append(_record_header(max(0, time_ns - first_ns), len(frame)))
            chunks.append(frame)
            seconds.append(position)
            addresses.extend(_address_positions(frame, position + _RECORD_HEADER))
            position += _RECORD_HEADER + len(frame)
    return Tape(
        np.concatenate([_EMPTY.content, *chunks]),
        np.array(seconds, dtype=np.int64),
        np.array(addresses, dtype=np.int64).reshape(-1, 2),
    )


def _record_header(time_ns: int, length: int) -> NDArray[np.uint8]:
    second, rest = divmod(time_ns, 1_000_000_000)
    return np.array([second, rest // 1000, length, length], dtype="<u4").view(np.uint8)


def _address_positions(frame: NDArray[np.uint8], base: int) -> Sequence[tuple[int, int]]:
    if len(frame) < _ETHERNET_HEADER:
        return []
    starts, length = _ADDRESSES.get(int(frame[12]) << 8 | int(frame[13]), ((), 0))
    if len(frame) < _ETHERNET_HEADER + max(starts, default=0) + length:
        return []
    # The second and third byte of an IPv4 address, the third and fourth of an IPv6 address.
    skip = 1 if length == 4 else 2
    positions = [base + _ETHERNET_HEADER + start + skip for start in starts]
    return [(position, position + 1) for position in positions]
