"""Where the records of a pcap file begin: a chain in which each length leads to the next record.

Following a chain link by link takes most of the time of reading a capture. Here many stretches of
the file are followed at the same time, each from a place that looks like the begin of a record.
That is only a guess, so a stretch counts only if the one before it ends exactly where it begins;
elsewhere the chain is followed link by link. The result is the same as without guesses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["<", ">"]

# Bytes between two guesses, and how far to look for the begin of a record from there.
_STRETCH: Final = 1 << 17
_LOOK: Final = 1 << 12
_TRIES: Final = 8
_LONGEST: Final = 1 << 18
_NEAR: Final = 86_400


@dataclass(frozen=True)
class Layout:
    """The form of a record header: its size, and where in it the captured length stands."""

    order: Order
    size: int
    captured_at: int


def follow(
    data: NDArray[np.uint8], start: int, limit: int, layout: Layout
) -> tuple[NDArray[np.int64], int]:
    """Return where up to ``limit`` records begin, from ``start`` on, and where the last one ends.

    Every record header returned lies within ``data``; the end of the last may lie beyond it.
    """
    guesses = _guess(data, start, layout)
    stretches, landings = _follow_stretches(data, guesses, layout)
    numbers = {int(guess): number for number, guess in enumerate(guesses)}
    parts: list[NDArray[np.int64]] = []
    position, count = start, 0
    while count < limit and position + layout.size <= len(data):
        number = numbers.get(position)
        if number is not None and len(stretches[number]):
            parts.append(stretches[number])
            position = int(landings[number])
        else:
            links, position = _follow_links(data, position, limit - count, layout, numbers)
            parts.append(np.array(links, np.int64))
        count += len(parts[-1])
    if count <= limit:
        return (np.concatenate(parts) if parts else np.empty(0, np.int64)), position
    offsets = np.concatenate(parts)
    return offsets[:limit], int(offsets[limit])


def _follow_links(
    data: NDArray[np.uint8], start: int, limit: int, layout: Layout, stops: dict[int, int]
) -> tuple[list[int], int]:
    """Follow the chain link by link until it meets a guess (not the first), a limit or the end."""
    length_at = struct.Struct(layout.order + "I").unpack_from
    view, last = data.data, len(data) - layout.size
    offsets: list[int] = []
    position = start
    for _ in range(limit):
        if position > last or (position in stops and offsets):
            break
        offsets.append(position)
        position += length_at(view, position + layout.captured_at)[0] + layout.size
    return offsets, position


def _guess(data: NDArray[np.uint8], start: int, layout: Layout) -> NDArray[np.int64]:
    """Return places that look like the begin of a record, in ascending order, ``start`` first."""
    guesses = [start]
    view = data.data
    if start + layout.size <= len(data):
        for begin in range(start + _STRETCH, len(data) - _LOOK, _STRETCH):
            found = _guess_one(view, start, begin, layout)
            if found is not None and found > guesses[-1]:
                guesses.append(found)
    return np.array(guesses, np.int64)


def _guess_one(view: memoryview, start: int, begin: int, layout: Layout) -> int | None:
    """Look for a place whose time stamp has the same upper half as the one at ``start``."""
    at = 2 if layout.order == "<" else 0
    upper_half = bytes(view[start + at : start + at + 2])
    searched = bytes(view[begin : begin + _LOOK])
    found = -1
    for _ in range(_TRIES):
        found = searched.find(upper_half, found + 1)
        if found < 0:
            return None
        place = begin + found - at
        if _is_sound(view, place, layout):
            return place
    return None


def _is_sound(view: memoryview, place: int, layout: Layout) -> bool:
    """Tell whether a record could begin there, with another one behind it."""
    header = struct.Struct(layout.order + "IIII").unpack_from
    if place + layout.size > len(view):
        return False
    first = header(view, place)
    captured = first[layout.captured_at // 4]
    following = place + layout.size + captured
    if captured > first[5 - layout.captured_at // 4] or captured > _LONGEST:
        return False
    if following + layout.size > len(view):
        return False
    second = header(view, following)
    return abs(first[0] - second[0]) < _NEAR and second[layout.captured_at // 4] <= _LONGEST


def _follow_stretches(
    data: NDArray[np.uint8], guesses: NDArray[np.int64], layout: Layout
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """Follow the chain from each guess to the next; return the records and where each one ends."""
    last = len(data) - layout.size
    stops = np.append(guesses[1:], last + 1)
    lengths = np.ndarray(
        (max(len(data) - 3, 0),), layout.order + "u4", buffer=data, strides=(1,)
    )
    position, active = guesses.copy(), np.flatnonzero(guesses <= last)
    visited: list[NDArray[np.int64]] = []
    owners: list[NDArray[np.intp]] = []
    while len(active):
        here = position[active]
        visited.append(here)
        owners.append(active)
        position[active] = here + lengths[here + layout.captured_at] + layout.size
        active = active[position[active] < stops[active]]
    return _by_owner(visited, owners, len(guesses)), position


def _by_owner(
    visited: list[NDArray[np.int64]], owners: list[NDArray[np.intp]], count: int
) -> list[NDArray[np.int64]]:
    """Sort the places visited by the stretch they belong to, each in order."""
    if not visited:
        return [np.empty(0, np.int64)] * count
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(1, count))
    return np.split(np.concatenate(visited)[order], bounds)
