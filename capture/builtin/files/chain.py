"""Where records begin in a chain in which the length of each leads to the next one.

Link by link that is the slowest part of reading a capture. So the chain is followed from many
places at the same time, each a guess at where a record begins. A guess counts only if the chain
from the true begin arrives exactly there; the result is the same as without guesses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["<", ">"]

# With fewer guesses, following them together is no faster than one by one.
_FEWEST: Final = 16
# Steps between two looks at whether all have arrived.
_STEPS: Final = 16


@dataclass(frozen=True)
class Layout:
    """The form of a record header: its size, and where in it the length of the rest stands."""

    order: Order
    size: int
    length_at: int


def follow(
    data: NDArray[np.uint8],
    start: int,
    limit: int,
    layout: Layout,
    guesses: NDArray[np.int64],
    longest: int,
) -> tuple[NDArray[np.int64], int]:
    """Return where up to ``limit`` records begin, from ``start`` on, and where the last one ends.

    Every header returned lies within ``data``, the end of the last record perhaps beyond it.
    ``guesses`` are positions behind ``start`` in ascending order; wrong ones do no harm. From each
    the chain is followed for about ``longest`` bytes at most, lest one keep all others waiting.
    """
    stretches = _Stretches(data, guesses, layout, longest) if len(guesses) >= _FEWEST else None
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
    offsets: list[int] = []
    position = start
    for _ in range(limit):
        if position > last or position in stops:
            break
        offsets.append(position)
        position += length(view, position)[0] + layout.size
    return np.array(offsets, np.int64), position


class _Stretches:
    """The chain from each guess up to the next guess, all followed step by step together."""

    def __init__(
        self,
        data: NDArray[np.uint8],
        guesses: NDArray[np.int64],
        layout: Layout,
        longest: int,
    ) -> None:
        self.numbers = {position: number for number, position in enumerate(guesses.tolist())}
        last = len(data) - layout.size
        following = np.append(guesses[1:], last + 1)
        stops = np.minimum(np.minimum(following, guesses + longest), last + 1)
        visited = _step(data, guesses, stops, layout)
        self._counts = (visited < stops).sum(axis=0)
        self._visited = visited

    def follow(self, number: int) -> tuple[NDArray[np.int64], int]:
        """Return where the records of a stretch begin, and where the last one ends."""
        count = self._counts[number]
        column = self._visited[: count + 1, number]
        return column[:count], int(column[count])


def _step(
    data: NDArray[np.uint8],
    position: NDArray[np.int64],
    stops: NDArray[np.int64],
    layout: Layout,
) -> NDArray[np.int64]:
    """Return the positions after each step, one row a step, until all are beyond their stops."""
    lengths = np.ndarray((len(data) - 3,), layout.order + "u4", buffer=data, strides=(1,))
    last = len(data) - layout.size
    steps = [position]
    while (position < stops).any():
        for _ in range(_STEPS):
            # Behind its stop a stretch goes on without use, behind the last record in place.
            read = lengths[np.minimum(position, last) + layout.length_at]
            position = position + read + layout.size
            steps.append(position)
    return np.array(steps)
