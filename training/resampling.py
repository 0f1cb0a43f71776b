"""Intervals from resampled captures: rows of one capture are alike, so captures are drawn whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.intervals import wilson_interval

RESAMPLES: Final = 500
_PLACES: Final = 4
_SEED: Final = 1
_QUANTILES: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Draws:
    """Draws of as many captures as there are, with replacement, from a fixed seed.

    ``number`` is the capture of each row; ``times``, of shape (draws, captures), says how often
    each capture was drawn.
    """

    number: NDArray[np.int64]
    times: NDArray[np.int64]

    @classmethod
    def of(cls, captures: NDArray[np.str_], count: int) -> Draws:
        """Return ``count`` draws of the captures that the rows are of."""
        names, number = np.unique(captures, return_inverse=True)
        if not len(names):
            return cls(number, np.zeros((count, 0), dtype=np.int64))
        generator = np.random.default_rng(_SEED)
        shares = np.full(len(names), 1 / len(names))
        return cls(number, generator.multinomial(len(names), shares, size=count))

    def weights(self) -> Iterator[NDArray[np.float64]]:
        """Yield for each draw how often each row is in it."""
        for times in self.times:
            yield times[self.number].astype(np.float64)

    def shares(self, counted: NDArray[np.bool_], among: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the share of rows that count among some rows, for each draw that has any."""
        size = self.times.shape[1]
        total = self.times @ np.bincount(self.number[among], minlength=size)
        found = self.times @ np.bincount(self.number[counted & among], minlength=size)
        known = total > 0
        shares: NDArray[np.float64] = found[known] / total[known]
        return shares


def interval(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float] | None:
    """Return what holds the middle 95 % of the values, None without any."""
    if not len(values):
        return None
    low, high = np.quantile(values, _QUANTILES)
    return float(low), float(high)


def drawn_share(
    counted: NDArray[np.bool_], among: NDArray[np.bool_], draws: Draws | None
) -> dict[str, Any]:
    """Return the share of some rows that count, with its counts and the interval of the draws.

    That is at least as wide as if no row were like another, since all draws of no count are 0. The
    share is None where there are no such rows, its interval also without draws and where they are
    of one capture, which tells nothing of others.
    """
    count, total = int(np.sum(counted & among)), int(np.sum(among))
    drawn = interval(draws.shares(counted, among)) if draws else None
    bounds = None
    if drawn and draws and len(np.unique(draws.number[among])) > 1:
        low, high = wilson_interval(count, total)
        bounds = [round(min(low, drawn[0]), _PLACES), round(max(high, drawn[1]), _PLACES)]
    return {
        "count": count,
        "of": total,
        "share": round(count / total, _PLACES) if total else None,
        "interval": bounds,
    }
