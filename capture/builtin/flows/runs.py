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


def running_maximum(values: NDArray[np.int64], run: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the maximum so far within each run.

    ``run`` counts the runs from 0 or 1 and never falls; values lie between 0 and LARGEST_VALUE.
    """
    lift = run << _RUN_SHIFT
    lifted = values + lift
    np.maximum.accumulate(lifted, out=lifted)
    lifted -= lift
    return lifted


def last_marked(marks: Booleans) -> Indices:
    """Return for each entry the index of the last marked one at or before it, else -1."""
    indices = np.where(marks, np.arange(len(marks)), -1)
    np.maximum.accumulate(indices, out=indices)
    return indices


def ordinals(run: NDArray[np.int64]) -> Indices:
    """Return each entry's position within its run of equal values, from 0."""
    starts, ends = run_bounds(run)
    return np.arange(len(run)) - np.repeat(starts, ends - starts)


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
