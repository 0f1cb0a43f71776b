"""Runs of packet blocks in a pcapng file, found by following the lengths of blocks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.chain import Layout, Order, first_in_each, follow, lookouts
from capture.builtin.files.gather import gather
from capture.builtin.files.pcapng_packets import (
    LEAST_LENGTH,
    MAXIMUM_PACKET_BLOCK,
    PACKET,
    PacketBlocks,
)

# Type, length, and the length again behind the body.
LEAST_BLOCK: Final = 12
# Type -> least length of a packet block; 0 for other types, the last one among them.
_LEAST: Final = np.zeros(PACKET + 2, np.uint32)
_LEAST[list(LEAST_LENGTH)] = list(LEAST_LENGTH.values())
# Places at which to try for a guess, on average.
_TRIES: Final = 64


class PacketsAhead:
    """Up to ``limit`` blocks of ``data`` from ``start`` on, if they are of this byte order.

    ``usual_size`` is about that of a block.
    """

    def __init__(
        self, data: NDArray[np.uint8], start: int, limit: int, order: Order, usual_size: float
    ) -> None:
        self.order = order
        layout = Layout(order, LEAST_BLOCK, 4, added=0, unit=4, least=LEAST_BLOCK)
        end = min(len(data), start + int(limit * usual_size))
        guesses = _guess(data, start, end, order, usual_size)
        offsets, self._end = follow(data, start, limit, layout, guesses)
        self._offsets = offsets
        words = gather(data, offsets, 8).view(order + "u4")
        self._kinds, length = words[:, 0], words[:, 1]
        least = _LEAST[np.minimum(self._kinds, PACKET + 1)]
        sound = (least > 0) & (least <= length) & (length <= MAXIMUM_PACKET_BLOCK)
        sound &= offsets + length <= len(data)
        self._others = [*np.flatnonzero(~sound).tolist(), len(self._offsets)]
        self._next = 0
        self._next_other = 0

    def reach(self, position: int) -> bool:
        """Tell whether a block at that position is among them; positions asked for ascend."""
        while self._next < len(self._offsets) and self._offsets[self._next] < position:
            self._next += 1
        return self._next < len(self._offsets) and self._offsets[self._next] == position

    def take(self, limit: int, blocks: PacketBlocks) -> int:
        """Add packet blocks from the last position asked for on, until there are ``limit``.

        Return where the next block begins, which may be of another type or not sound.
        """
        while self._others[self._next_other] < self._next:
            self._next_other += 1
        first, most = self._next, self._next + limit - len(blocks)
        self._next = min(self._others[self._next_other], most)
        if self._next > first:
            blocks.add(self._offsets[first : self._next], self._kinds[first : self._next])
        return int(self._offsets[self._next]) if self._next < len(self._offsets) else self._end


def _guess(
    data: NDArray[np.uint8], start: int, end: int, order: Order, usual_size: float
) -> NDArray[np.int64]:
    """Return places before ``end`` where a packet block seems to begin, one a stretch."""
    begins, look = lookouts(start, end, usual_size)
    if not len(begins):
        return begins
    words = gather(data, begins, look).view(order + "u4")
    found = np.flatnonzero(words[:, :-1] == PACKET)[: _TRIES * len(begins)]
    row, column = np.divmod(found, words.shape[1] - 1)
    places, length = begins[row] + 4 * column, words[row, column + 1].astype(np.int64)
    sound = (length >= LEAST_LENGTH[PACKET]) & (length <= MAXIMUM_PACKET_BLOCK)
    sound &= (length % 4 == 0) & (places + length <= len(data))
    places, length = places[sound], length[sound]
    repeated = gather(data, places + length - 4, 4).view(order + "u4")[:, 0]
    return np.append(start, first_in_each(begins, places[repeated == length]))
