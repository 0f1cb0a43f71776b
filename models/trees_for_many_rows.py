"""Trees for many rows at once: columns as small whole numbers, and rows that are alike only once.

A tree compares a column with its thresholds alone, so how many of them lie below a value says all
that it has to know. A processor compares, multiplies and orders dozens of such bytes in one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]
Codes = NDArray[Any]  # of one column: unsigned whole numbers

LARGEST: Final = np.finfo(np.float64).max  # thresholds and values beyond it count as it
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit is lost
_BYTE: Final = np.dtype(np.uint8)


@dataclass(frozen=True)
class Column:
    """A feature by its sorted thresholds; a missing value is below all of them, or above."""

    feature: int
    missing_left: bool
    thresholds: Numbers

    def codes(self, matrix: Numbers) -> Codes:
        """Return how many thresholds lie below each row's value."""
        values = np.minimum(matrix[:, self.feature], LARGEST)
        count = len(self.thresholds)
        found = np.searchsorted(self.thresholds, values).astype(np.min_scalar_type(count))
        if self.missing_left:  # otherwise it is sorted behind all numbers
            found[np.isnan(values)] = 0
        return found


class Split(NamedTuple):
    """A row goes right where the code of its column is above ``rank``."""

    node: int
    column: int
    rank: int
    left: int
    right: int


@dataclass(frozen=True)
class Tree:
    """Splits, children before parents; ``leaves`` are nodes and ``values`` theirs, from the left.

    The last split is the root.
    """

    splits: Sequence[Split]
    leaves: Sequence[int]
    values: Numbers

    def leaf_values(self, codes: Sequence[Codes], rows: int) -> Numbers:
        """Return what the leaf of each row gives.

        At every node, from the leaves to the root, the row's leaf is chosen between those of the
        children, by its number: the higher one is on the right.
        """
        if not self.splits:
            return np.full(rows, self.values[0])
        kind = np.min_scalar_type(len(self.leaves))
        numbers = np.arange(len(self.leaves), dtype=kind)
        found: dict[int, Any] = dict(zip(self.leaves, numbers, strict=True))
        for node, column, rank, left, right in self.splits:
            goes_right = codes[column] > rank
            chosen = goes_right.view(_BYTE) if kind == _BYTE else goes_right.astype(kind)
            chosen *= found.pop(right)
            found[node] = np.maximum(found.pop(left), chosen, out=chosen)
        leaves: Codes = found[self.splits[-1].node]
        return self.values.take(leaves)


def alike(codes: Sequence[Codes]) -> tuple[Indices, Indices]:
    """Return one row of each group of rows with the same codes, and the group of every row."""
    key = np.zeros(len(codes[0]), dtype=np.uint64)
    for column in codes:
        key *= _FACTOR
        key += column
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    if all(np.array_equal(column[first][number], column) for column in codes):
        return first, number
    every = np.arange(len(key))  # different rows with one key, which hardly ever happens
    return every, every
