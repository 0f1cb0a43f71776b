"""A large capture made by replaying small ones with shifted times and rewritten addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.capture_file import CaptureFile

LINK_TYPE_ETHERNET: Final = 1
FILE_HEADER: Final = np.array([0xA1B2C3D4, 0x00040002, 0, 0, 1 << 18, 1], dtype="<u4")
_RECORD_HEADER: Final = 16
_ETHERNET_HEADER: Final = 14
# EtherType -> where the two addresses begin in the IP header, and their length.
_ADDRESSES: Final = {0x0800: ((12, 16), 4), 0x86DD: ((8, 24), 16)}
_SECOND: Final = 1_000_000_000
_SECONDS_BETWEEN: Final = 5
_LONGEST: Final = 3600 * _SECOND


class _Frame(NamedTuple):
    time_ns: int
    content: NDArray[np.uint8]
    addresses: list[int]


@dataclass(frozen=True)
class Tape:
    """The records of some captures as they stand in a pcap file, and what a replay changes.

    ``starts`` are positions of the records in ``content``, each beginning with a 32-bit number of
    seconds; ``addresses`` are positions of the two bytes of every address that a replay changes,
    shape (n, 2); ``duration`` is in seconds.
    """

    content: NDArray[np.uint8]
    starts: NDArray[np.int64]
    addresses: NDArray[np.int64]
    duration: int

    def __len__(self) -> int:
        """Return the number of packets."""
        return len(self.starts)


def record(captures: Iterable[Path]) -> Tape:
    """Return the Ethernet packets of the captures in order of time.

    Each capture is moved to begin some seconds after the one before; its first hour is replayed.
    """
    frames = [
        frame
        for number, path in enumerate(captures)
        for frame in _frames(path, number * _SECONDS_BETWEEN)
    ]
    frames.sort(key=lambda frame: frame.time_ns)
    lengths = np.array([len(frame.content) for frame in frames], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    addresses = [
        (start + position, start + position + 1)
        for start, frame in zip(starts.tolist(), frames, strict=True)
        for position in frame.addresses
    ]
    return Tape(
        np.concatenate([np.zeros(0, np.uint8), *(frame.content for frame in frames)]),
        starts,
        np.array(addresses, dtype=np.int64).reshape(-1, 2),
        frames[-1].time_ns // _SECOND + 1 if frames else 0,
    )


def write_replay(tape: Tape, target: Path, packets: int) -> int:
    """Write a pcap file of at least ``packets`` packets, and return how many there are.

    Every replay begins when the one before is over and has addresses of its own.
    """
    replays = -(-packets // len(tape))
    with target.open("wb") as file:
        file.write(FILE_HEADER.tobytes())
        for number in range(replays):
            file.write(_shifted(tape, number).tobytes())
    return replays * len(tape)


def write_beginning(tape: Tape, target: Path, size: int) -> int:
    """Write a pcap file of at most ``size`` bytes, and return how many packets there are."""
    room = size - FILE_HEADER.nbytes
    ends = np.append(tape.starts[1:], len(tape.content))
    packets = int(np.searchsorted(ends, room, side="right"))
    content = tape.content[: ends[packets - 1] if packets else 0]
    target.write_bytes(FILE_HEADER.tobytes() + content.tobytes())
    return packets


def _shifted(tape: Tape, number: int) -> NDArray[np.uint8]:
    content = tape.content.copy()
    times = _words(content, tape.starts) + np.uint32(number * tape.duration)
    content[tape.starts[:, None] + np.arange(4)] = times.astype("<u4").reshape(-1, 1).view(np.uint8)
    content[tape.addresses[:, 0]] ^= np.uint8(number >> 8 & 255)
    content[tape.addresses[:, 1]] ^= np.uint8(number & 255)
    return content


def _words(content: NDArray[np.uint8], positions: NDArray[np.int64]) -> NDArray[np.uint32]:
    quads = content[positions[:, None] + np.arange(4)].astype(np.uint32)
    shifts = np.array([0, 8, 16, 24], dtype=np.uint32)
    words: NDArray[np.uint32] = np.bitwise_or.reduce(quads << shifts, axis=1)
    return words


def _frames(path: Path, start: int) -> Iterator[_Frame]:
    """Yield the Ethernet frames of a capture that is moved to begin at second ``start``."""
    first_ns: int | None = None
    for records in CaptureFile(path, records_per_block=1 << 17, decompressed_limit=1 << 32):
        for index in np.flatnonzero(records.link_type == LINK_TYPE_ETHERNET):
            begin = int(records.offset[index])
            frame = records.data[begin : begin + int(records.captured[index])]
            first_ns = int(records.time_ns[index]) if first_ns is None else first_ns
            elapsed_ns = max(0, int(records.time_ns[index]) - first_ns)
            if elapsed_ns > _LONGEST:
                continue
            time_ns = elapsed_ns + start * _SECOND
            content = np.concatenate([_record_header(time_ns, len(frame)), frame])
            yield _Frame(time_ns, content, _address_positions(frame))


def _record_header(time_ns: int, length: int) -> NDArray[np.uint8]:
    second, rest = divmod(time_ns, _SECOND)
    return np.array([second, rest // 1000, length, length], dtype="<u4").view(np.uint8)


def _address_positions(frame: NDArray[np.uint8]) -> list[int]:
    """Return where, behind the record header, the byte pairs begin that a replay changes."""
    if len(frame) < _ETHERNET_HEADER:
        return []
    starts, length = _ADDRESSES.get(int(frame[12]) << 8 | int(frame[13]), ((), 0))
    if len(frame) < _ETHERNET_HEADER + max(starts, default=0) + length:
        return []
    # The second and third byte of an IPv4 address, the third and fourth of an IPv6 address.
    skip = 1 if length == 4 else 2
    return [_RECORD_HEADER + _ETHERNET_HEADER + start + skip for start in starts]
