"""Packet blocks of a pcapng file: their fields, many at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.gather import gather
from capture.builtin.files.records import MAXIMUM_CAPTURED

OBSOLETE_PACKET, SIMPLE_PACKET, PACKET = 2, 3, 6
# Packet block -> its least length: header, fixed fields and trailer.
LEAST_LENGTH: Final = {PACKET: 32, OBSOLETE_PACKET: 32, SIMPLE_PACKET: 16}
# A block with a packet or an interface and their options.
MAXIMUM_PACKET_BLOCK: Final = MAXIMUM_CAPTURED + (1 << 17)


@dataclass
class PacketBlocks:
    """Where packet blocks begin, in runs that share byte order and declared interfaces."""

    positions: list[NDArray[np.int64]] = field(default_factory=list)
    kinds: list[NDArray[np.uint32]] = field(default_factory=list)
    runs: list[tuple[int, bool, int, int]] = field(default_factory=list)
    count: int = 0
    counted: int = 0

    def __len__(self) -> int:
        """Return the number of packet blocks."""
        return self.count

    def add(self, positions: NDArray[np.int64], kinds: NDArray[np.uint32]) -> None:
        """Take packet blocks of these types that begin at these positions."""
        self.positions.append(positions)
        self.kinds.append(kinds)
        self.count += len(positions)

    def end_run(self, big: bool, base: int, declared: int) -> None:
        """Note what is in force for the blocks found since the last run.

        ``base`` is the number, over all sections, of the section's first interface, ``declared``
        the count of interfaces so far.
        """
        count = self.count - self.counted
        if count:
            self.runs.append((count, big, base, declared))
            self.counted += count


@dataclass(frozen=True)
class PacketFields:
    """The fields of packet blocks, one array entry a packet."""

    simple: NDArray[np.bool_]  # has neither interface nor time stamp nor captured length
    interface: NDArray[np.int64]  # counted over all sections
    declared: NDArray[np.int64]  # interfaces known when the packet came
    ticks: NDArray[np.uint64]
    captured: NDArray[np.int64]
    length: NDArray[np.int64]
    room: NDArray[np.int64]  # bytes of the block that can belong to the frame
    frame: NDArray[np.int64]  # offset of the frame


def packet_fields(data: NDArray[np.uint8], blocks: PacketBlocks) -> PacketFields:
    """Read the fields of all packet blocks found in ``data``."""
    position = np.concatenate([np.empty(0, np.int64), *blocks.positions])
    kind = np.concatenate([np.empty(0, np.uint32), *blocks.kinds])
    runs = np.array(blocks.runs, np.int64).reshape(-1, 4)
    big, base, declared = np.repeat(runs[:, 1:], runs[:, 0], axis=0).T
    words = _words(data, position, big != 0)
    simple = kind == SIMPLE_PACKET
    # The obsolete packet block has a 16-bit interface, then a count of drops.
    half = np.where(big, words[:, 2] >> 16, words[:, 2] & 0xFFFF)
    number = np.where(kind == OBSOLETE_PACKET, half, words[:, 2])
    return PacketFields(
        simple=simple,
        interface=base + np.where(simple, 0, number),
        declared=declared,
        ticks=(words[:, 3].astype(np.uint64) << np.uint64(32)) | words[:, 4].astype(np.uint64),
        captured=words[:, 5],
        # A simple packet block has but the length of the frame.
        length=np.where(simple, words[:, 2], words[:, 6]),
        room=words[:, 1] - np.where(simple, 16, 32),
        frame=position + np.where(simple, 12, 28),
    )


def _words(
    data: NDArray[np.uint8], position: NDArray[np.int64], big: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the first seven 32-bit words of each block, shape (n, 7)."""
    rows = gather(data, position, 28)
    words = rows.view("<u4")
    if big.any():
        words = np.where(big[:, None], rows.view(">u4"), words)
    return words.astype(np.int64)
