"""Count, sum, spread and extremes of whole numbers, gathered bit by bit without rounding."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Indices, run_lengths, run_starts

# Sums of squares stay exact: lengths are under 2^17, and gaps in a flow add up to two minutes.
MOMENTS: Final = np.dtype(
    [("count", "i8"), ("total", "i8"), ("squares", "i8"), ("lowest", "i8"), ("highest", "i8")]
)
Moments = NDArray[np.void]
Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]

_NOTHING_YET: Final = np.array([(0, 0, 0, np.iinfo(np.int64).max, 0)], dtype=MOMENTS)[0]


def clear(moments: Moments) -> None:
    """Set to nothing seen."""
    moments[...] = _NOTHING_YET


def add(moments: Moments, rows: Indices, values: NDArray[Any]) -> None:
    """Add values, none below 0, to ``moments[row]``; rows ascend."""
    if len(rows) == 0:
        return
    starts = run_starts(rows)
    touched = rows[starts]
    numbers = values.astype(np.int64, copy=False)
    moments["count"][touched] += run_lengths(starts, len(rows))
    moments["total"][touched] += np.add.reduceat(numbers, starts)
    moments["squares"][touched] += np.add.reduceat(numbers * numbers, starts)
    lowest, highest = np.minimum.reduceat(numbers, starts), np.maximum.reduceat(numbers, starts)
    moments["lowest"][touched] = np.minimum(moments["lowest"][touched], lowest)
    moments["highest"][touched] = np.maximum(moments["highest"][touched], highest)


def both(one: Moments, other: Moments) -> Moments:
    """Return the moments of the values of one and of the other together."""
    joined = one.copy()
    for sum_ in ("count", "total", "squares"):
        joined[sum_] += other[sum_]
    joined["lowest"] = np.minimum(one["lowest"], other["lowest"])
    joined["highest"] = np.maximum(one["highest"], other["highest"])
    return joined


def lowest(moments: Moments) -> Numbers:
    """Return the lowest value, 0 without any."""
    values: Numbers = np.where(moments["count"] > 0, moments["lowest"], 0)
    return values


def mean(moments: Moments) -> Reals:
    """Return the mean, 0 without values."""
    values: Reals = moments["total"] / np.maximum(moments["count"], 1)
    return values


def variance(moments: Moments) -> Reals:
    """Return the sample variance, which divides by one less than the count; 0 for one value."""
    count = np.maximum(moments["count"], 1)
    # total² / count, in parts that are whole numbers and fit.
    whole, rest = np.divmod(moments["total"], count)
    apart = moments["squares"] - whole * whole * count - 2 * whole * rest
    values: Reals = np.maximum(apart - rest * (rest / count), 0) / np.maximum(count - 1, 1)
    return values


def deviation(moments: Moments) -> Reals:
    """Return the sample standard deviation."""
    return np.sqrt(variance(moments))
