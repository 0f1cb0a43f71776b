"""What all connections of a capture may take together, and where in it that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Indices

TOO_MUCH_WAITS: Final = "stream not read to its end: too much waits"
TOO_MANY_HOLES: Final = "stream no longer put together: too many holes"
TOO_MANY_OPEN: Final = "connection ended early: too many are open"
"""What is given up, as it is counted among what was skipped."""

# What a packet may leave behind besides its payload, roughly: each may be a connection of its own,
# and with payload it may open a stream.
_BYTES_A_PACKET: Final = 512
_BYTES_WITH_PAYLOAD: Final = 768


@dataclass(frozen=True)
class Limits:
    """What may be there of all connections at the same time.

    ``waiting_bytes`` is what the readers of protocols keep until more comes, ``holes`` how many
    pieces lie above missing bytes of TCP streams. Nobody looks before packets of ``interval``
    bytes have come, as ``size_of`` counts them. What waits may be larger than the packets that
    brought it: ``most_waiting_bytes`` holds within a block too, which decides then what is lost.
    """

    connections: int = 1 << 19
    waiting_bytes: int = 3 << 26
    holes: int = 1 << 19
    interval: int = 1 << 26
    most_waiting_bytes: int = 1 << 28


class Milestones:
    """Places in a capture an interval apart, which depend on nothing but its packets.

    What is done there does not depend on the size of the blocks.
    """

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._position = 0

    def pieces(self, block: PacketBlock) -> Iterator[tuple[PacketBlock, bool]]:
        """Cut a block at the milestones; yield the pieces, and whether each ends at one."""
        reached = self._position + np.cumsum(_sizes(block))
        stops = self._stops(reached)
        begin = 0
        for stop in stops.tolist():
            piece, block = block.split(stop - begin)
            begin = stop
            yield piece, True
        if len(block.clock_ns):
            yield block, False
        self._position = int(reached[-1]) if len(reached) else self._position

    def skip(self, block: PacketBlock) -> None:
        """Pass a block without a stop."""
        self._position += size_of(block)

    def _stops(self, reached: Indices) -> Indices:
        """Return behind which packets there is a milestone."""
        passed = np.concatenate([[self._position], reached]) // self._interval
        stops: Indices = np.flatnonzero(np.diff(passed)) + 1
        return stops


def size_of(block: PacketBlock) -> int:
    """Return about how many bytes of memory the packets of a block may take if all have to wait."""
    return int(_sizes(block).sum())


def _sizes(block: PacketBlock) -> Indices:
    besides = np.where(block.payload_captured > 0, _BYTES_WITH_PAYLOAD, _BYTES_A_PACKET)
    sizes: Indices = np.add(block.payload_captured, besides, dtype=np.int64)
    return sizes
