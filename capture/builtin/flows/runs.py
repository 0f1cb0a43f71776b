"""Array operations over runs: consecutive entries that belong to the same thing."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# Running maxima of all runs are taken in one pass by lifting each run above the one before.
_RUN_SHIFT: Final = 42
LARGEST_VALUE: Final = (1 << (_RUN_SHIFT - 1)) - 1
NEVER: Final = np.iinfo(np.int64).max


def run_starts(identity: NDArray[Any]) -> Indices:
    """Return the index of the first entry of each run of equal values."""
    if len(identity) == 0:
        return np.empty(0, dtype=np.int64)
    changes = np.flatnonzero(identity[1:] != identity[:-1]) + 1
    return np.concatenate(([0], changes))


def run_bounds(identity: NDArray[Any]) -> tuple[Indices, Indices]:
    """Return where each run of equal values begins, and where it ends."""
    starts = run_starts(identity)
    return starts, np.append(starts, len(identity))[1:]


def first_of_run(identity: NDArray[Any]) -> Booleans:
    """Return which entries begin a run of equal values."""
    marks = np.ones(len(identity), dtype=np.bool_)
    np.not_equal(identity[1:], identity[:-1], out=marks[1:])
    return marks


def running_maximum(values: NDArray[np.int64], starts: Indices) -> NDArray[np.int64]:
    """Return the maximum so far within each run.

    ``starts`` are the first entries of the runs; values lie between 0 and LARGEST_VALUE.
    """
    lift = np.repeat(np.arange(len(starts)) << _RUN_SHIFT, run_lengths(starts, len(values)))
    lifted = values + lift
    np.maximum.accumulate(lifted, out=lifted)
    lifted -= lift
    return lifted


def run_lengths(starts: Indices, count: int) -> Indices:
    """Return the lengths of runs that begin at ``starts`` and fill ``count`` entries."""
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1:] = count - starts[-1:]
    return lengths


def onsets(entries: Indices, rows: Indices, held_before: Booleans) -> Indices:
    """Return for each row the entry from which on something holds.

    It holds from the first of ``entries``, which ascend and belong to ``rows``; from -1 on if it
    ``held_before``, and from NEVER on without any entry.
    """
    first = np.full(len(held_before), NEVER)
    first[rows[::-1]] = entries[::-1]
    first[held_before] = -1
    return first


def first_reaching(
    values: NDArray[np.int64], starts: Indices, ends: Indices, wanted: NDArray[np.int64]
) -> Indices:
    """Return the first index in each ``[start, end)`` whose value is at least the one wanted.

    Values do not fall within a stretch; its end stands for none.
    """
    low, high = starts.copy(), ends.copy()
    while len(open_ := np.flatnonzero(low < high)):
        middle = (low[open_] + high[open_]) >> 1
        falls_short = values[middle] < wanted[open_]
        low[open_[falls_short]] = middle[falls_short] + 1
        high[open_[~falls_short]] = middle[~falls_short]
    return low


def maxima(values: NDArray[np.int64], starts: Indices, ends: Indices) -> NDArray[np.int64]:
    """Return the maximum of the values, none below 0, in each ``[start, end)``, 0 if empty."""
    highest = np.zeros(len(starts), dtype=np.int64)
    filled = np.flatnonzero(ends > starts)
    bounds = np.stack((starts[filled], ends[filled]), axis=1).reshape(-1)
    if len(bounds):
        highest[filled] = np.maximum.reduceat(np.append(values, 0), bounds)[::2]
    return highest


def ordinals(run: NDArray[np.int64]) -> Indices:
    """Return each entry's position within its run of equal values, from 0."""
    starts = run_starts(run)
    return np.arange(len(run)) - np.repeat(starts, run_lengths(starts, len(run)))


def ranges(starts: Indices, ends: Indices) -> Indices:
    """Return the concatenation of ``arange(start, end)`` for each pair."""
    lengths = ends - starts
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, dtype=np.int64)
    skips = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return skips + np.arange(total)


def differences(totals: NDArray[np.int64], starts: Indices, ends: Indices) -> NDArray[np.int64]:
    """Return sums over ``[start, end)``; ``totals`` holds the sums up to and with each entry."""
    padded = np.concatenate(([0], totals))
    sums: NDArray[np.int64] = padded[ends] - padded[starts]
    return sums
