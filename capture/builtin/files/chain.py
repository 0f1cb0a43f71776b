"""Where records begin in a chain in which the length of each leads to the next one.

Link by link that is the slowest part of reading a capture. So the chain is followed from many
places at the same time, each a guess at where a record begins. A guess counts only if the chain
from the true begin arrives exactly there; the result is the same as without guesses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["<", ">"]

# With fewer guesses, following them together is no faster than one by one.
_FEWEST: Final = 16
# Steps between two looks at which have arrived.
_STEPS: Final = 16
# Records followed from one guess, about, and the bytes searched for a guess: more than a frame of
# the usual longest size.
_RECORDS_A_STRETCH: Final = 128
_LEAST_LOOK: Final = 1600


@dataclass(frozen=True)
class Layout:
    """The form of a record header: its size, and where in it the length stands.

    The next record begins ``length + added`` bytes on, rounded up to a multiple of ``unit``, but
    at least ``least`` bytes.
    """

    order: Order
    size: int
    length_at: int
    added: int
    unit: int = 1
    least: int = 1


def lookouts(start: int, end: int, usual_size: float) -> tuple[NDArray[np.int64], int]:
    """Return where to look for the begin of a record, and how many bytes from each place on.

    The places are multiples of four bytes behind ``start``; what to look at ends before ``end``.
    """
    stretch = int(max(_RECORDS_A_STRETCH * usual_size, _LEAST_LOOK)) // 4 * 4
    look = max(_LEAST_LOOK, min(int(2 * usual_size), stretch)) // 4 * 4
    return np.arange(start + stretch, end - look, stretch, dtype=np.int64), look


def first_in_each(begins: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first of the places, which ascend, behind each of the begins."""
    return places[np.flatnonzero(np.diff(np.searchsorted(begins, places, "right"), prepend=0))]


def follow(
    data: NDArray[np.uint8], start: int, limit: int, layout: Layout, guesses: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Return where up to ``limit`` records begin, from ``start`` on, and where the last one ends.

    Every header returned lies within ``data``, the end of the last record perhaps beyond it.
    ``guesses`` are positions from ``start`` on in ascending order, at which a header fits into
    ``data``; wrong ones do no harm.
    """
    stretches = _Stretches(data, guesses, layout) if len(guesses) >= _FEWEST else None
    known = stretches.numbers if stretches else {}
    parts: list[NDArray[np.int64]] = []
    position, count = start, 0
    while count < limit and position + layout.size <= len(data):
        if stretches and position in known:
            part, position = stretches.follow(known[position])
        else:
            part, position = _follow_links(data, position, limit - count, layout, known)
        parts.append(part)
        count += len(part)
    offsets = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return offsets[:limit], int(offsets[limit]) if count > limit else position


def _follow_links(
    data: NDArray[np.uint8], start: int, limit: int, layout: Layout, stops: dict[int, int]
) -> tuple[NDArray[np.int64], int]:
    """Follow the chain link by link until it arrives at a stop, the limit or the end."""
    length = struct.Struct(f"{layout.order}{layout.length_at}xI").unpack_from
    view, last = data.data, len(data) - layout.size
    added, mask, least = layout.added + layout.unit - 1, -layout.unit, layout.least
    offsets: list[int] = []
    position = start
    for _ in range(limit):
        if position > last or position in stops:
            break
        offsets.append(position)
        step = length(view, position)[0] + added & mask
        position += step if step > least else least
    return np.array(offsets, np.int64), position


class _Stretches:
    """The chain from each guess up to the next guess, all followed step by step together."""

    def __init__(self, data: NDArray[np.uint8], guesses: NDArray[np.int64], layout: Layout) -> None:
        self.numbers = {position: number for number, position in enumerate(guesses.tolist())}
        self._ends = guesses.copy()
        self._counts = np.zeros(len(guesses), np.int64)
        stops = np.append(guesses[1:], len(data) - layout.size + 1)
        # Each stretch lies between its guess and the next one, so that sorting puts them in order.
        self._offsets = np.sort(self._follow(data, guesses, stops, layout))
        self._begins = np.append(0, np.cumsum(self._counts))
        joined = np.append(self._ends[:-1] == guesses[1:], False)
        self._last_joined = np.flatnonzero(~joined)

    def follow(self, number: int) -> tuple[NDArray[np.int64], int]:
        """Return where the records of a stretch begin, and of those that it arrives at.

        The second value is where the last record ends.
        """
        last = self._last_joined[np.searchsorted(self._last_joined, number)]
        part = self._offsets[self._begins[number] : self._begins[last + 1]]
        return part, int(self._ends[last])

    def _follow(
        self,
        data: NDArray[np.uint8],
        guesses: NDArray[np.int64],
        stops: NDArray[np.int64],
        layout: Layout,
    ) -> NDArray[np.int64]:
        """Return all positions before the stops; note how many there are, and where each ends.

        When few go on they are left where they are.
        """
        going, found = np.arange(len(guesses)), []
        while len(going) >= _FEWEST:
            visited = _step(data, self._ends[going], layout)
            inside = visited < stops[going]
            found.append(visited[:-1][inside[:-1]])
            count = inside[:-1].sum(axis=0)
            self._counts[going] += count
            self._ends[going] = visited[count, np.arange(len(going))]
            going = going[inside[-1]]
        return np.concatenate(found)


def _step(
    data: NDArray[np.uint8], position: NDArray[np.int64], layout: Layout
) -> NDArray[np.int64]:
    """Return the positions after each of some steps, one row a step, the given ones first.

    Behind the last record that fits into the data they are of no use.
    """
    last = len(data) - layout.size
    # Copying items without a type is faster than reading numbers from odd addresses.
    lengths = np.ndarray((last + 1,), "V4", data, layout.length_at, (1,))
    added, mask = np.int64(layout.added + layout.unit - 1), np.int64(-layout.unit)
    steps = np.empty((_STEPS + 1, len(position)), np.int64)
    steps[0] = position
    for before, after in pairwise(steps):
        read = lengths[np.minimum(before, last)].view(layout.order + "u4").astype(np.int64)
        read += added
        if layout.unit > 1:
            read &= mask
        np.add(before, np.maximum(read, layout.least), out=after)
    return steps
