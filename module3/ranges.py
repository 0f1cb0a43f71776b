"""Whether a flow is like the training rows of a class: how far outside their ranges it lies.

Models of trees give an answer for anything; a flow of another network or kind of program is told
from those they know here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from module3.model_columns import FEATURES, Matrix

# Columns that follow from what was sent, not from the speed of the network or the sender's system.
COMPARED: Final = tuple(
    name
    for name in FEATURES
    if not name.endswith(("/s", "Win Byts", "Size Min", "Header Len", "Header / Pkts"))
    and "IAT" not in name
    and name != "Flow Duration"
)
_PLACES: Final = [FEATURES.index(name) for name in COMPARED]
_MIDDLE: Final = (0.005, 0.995)  # of the rows, which the range spans
_NARROWEST: Final = 0.1  # of a range, in logarithms: about a tenth of the value
_FARTHEST: Final = 3.0  # times the width of the range, so that no single column decides


@dataclass(frozen=True)
class Ranges:
    """Ranges of the columns, shape (groups, columns), each group being of one class.

    ``kind`` is the number of the class. The rows of a class from different sources are groups of
    their own, as they have little in common.
    """

    kind: NDArray[np.intp]
    low: Matrix
    high: Matrix

    @classmethod
    def of(cls, matrix: Matrix, kinds: NDArray[np.intp], sources: Sequence[str]) -> Ranges:
        """Return the ranges of training rows with their classes and sources."""
        values = _logarithms(matrix)
        names = np.array(sources)
        groups = sorted(set(zip(kinds.tolist(), names.tolist(), strict=True)))
        bounds = [
            np.nanquantile(values[(kinds == kind) & (names == name)], _MIDDLE, axis=0)
            for kind, name in groups
        ]
        both = np.nan_to_num(np.array(bounds))
        return cls(np.array([kind for kind, _ in groups], dtype=np.intp), both[:, 0], both[:, 1])

    def distances(self, matrix: Matrix, kinds: NDArray[np.intp]) -> Matrix:
        """Return how far each row is outside the ranges of its class: 0 is inside.

        It is the mean over the columns of the distance in widths of the range, to the nearest
        group of the class. Missing values are inside.
        """
        values = _logarithms(matrix)
        found = np.full(len(values), _FARTHEST)
        for kind in np.unique(kinds):
            rows = np.flatnonzero(kinds == kind)
            for group in np.flatnonzero(self.kind == kind).tolist():
                found[rows] = np.minimum(found[rows], self._outside(values[rows], group))
        return found

    def _outside(self, values: Matrix, group: int) -> Matrix:
        low, high = self.low[group], self.high[group]
        outside = np.maximum(low - values, values - high) / np.maximum(high - low, _NARROWEST)
        mean: Matrix = np.nan_to_num(outside).clip(0, _FARTHEST).mean(axis=1)
        return mean


def _logarithms(matrix: Matrix) -> Matrix:
    columns = matrix[:, _PLACES]
    logarithms: Matrix = np.sign(columns) * np.log1p(np.abs(columns))
    return logarithms
