"""The two byte streams of a TCP connection, put in order for a protocol parser."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

MOST_WAITING: Final = 1 << 20  # bytes kept above holes, for one connection
_BYTES_A_PIECE: Final = 256  # what keeping a piece takes besides its bytes, roughly


class Assembly:
    """Orders payload by position and removes what was delivered before.

    ``frontier`` is the position by side from which on payload is wanted. Data is delivered when
    everything before it has been, or when the other side acknowledges bytes that the capture
    lacks: they are then reported as missing. ``overflowed`` is set when more than MOST_WAITING
    bytes would have to wait.
    """

    __slots__ = ("_begins", "_frontier", "_waiting", "_waiting_bytes", "overflowed")

    def __init__(self, frontier: tuple[int, int] = (1, 1)) -> None:
        self.overflowed = False
        self._frontier = list(frontier)
        self._waiting: tuple[dict[int, bytes], dict[int, bytes]] = ({}, {})
        # Where the waiting pieces begin, as heaps: very many may wait, and arrive in any order.
        self._begins: tuple[list[int], list[int]] = ([], [])
        self._waiting_bytes = 0

    def store(self, side: int, position: int, data: bytes) -> list[bytes]:
        """Take payload of a side; return what can be delivered now, in order."""
        frontier = self._frontier[side]
        if position > frontier:
            self._keep(side, position, data)
            return []
        fresh = data[frontier - position :]
        if not fresh:
            return []
        self._frontier[side] = frontier + len(fresh)
        return [fresh, *self._deliverable(side)] if self._waiting[side] else [fresh]

    def give_up(self, side: int, position: int) -> list[tuple[int, bytes]]:
        """Deliver what lies below ``position``, holes or not, and what then follows.

        Returns pieces, each with the number of bytes missing before it; a last piece may be empty.
        """
        frontier = self._frontier[side]
        pieces: list[tuple[int, bytes]] = []
        while position > frontier:
            begins = self._begins[side]
            until = min(position, begins[0]) if begins else position
            missing, frontier = until - frontier, until
            self._frontier[side] = frontier
            data = b"".join(self._deliverable(side))
            pieces.append((missing, data))
            frontier += len(data)
        return pieces

    @property
    def held(self) -> int:
        """About how many bytes of memory what waits takes."""
        pieces = len(self._begins[0]) + len(self._begins[1])
        return self._waiting_bytes + _BYTES_A_PIECE * pieces

    def _keep(self, side: int, position: int, data: bytes) -> None:
        waiting = self._waiting[side]
        known = waiting.get(position, b"")
        if len(data) <= len(known):
            return
        self._waiting_bytes += len(data) - len(known)
        if position not in waiting:
            heappush(self._begins[side], position)
        waiting[position] = data
        self.overflowed = self._waiting_bytes > MOST_WAITING

    def _deliverable(self, side: int) -> list[bytes]:
        """Remove and return the waiting pieces that have become contiguous."""
        waiting, begins = self._waiting[side], self._begins[side]
        frontier = self._frontier[side]
        pieces = []
        while begins and begins[0] <= frontier:
            position = heappop(begins)
            data = waiting.pop(position)
            self._waiting_bytes -= len(data)
            fresh = data[frontier - position :]
            if fresh:
                pieces.append(fresh)
                frontier += len(fresh)
        self._frontier[side] = frontier
        return pieces
