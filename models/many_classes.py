"""Forests and boosted trees that tell more than two classes apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from models.forest import trees_of
from models.trees import Numbers, Trees, in_order, in_single_precision

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

_ROWS_AT_ONCE: Final = 1 << 10  # so that the shares of all trees stay in a processor's cache


@dataclass(frozen=True)
class ClassForest:
    """A random forest; ``shares`` are those of the classes at each node: (nodes, classes).

    The value of each node of ``trees`` is its own number. ``ValueError`` if the two do not fit.
    """

    trees: Trees
    shares: Numbers

    def __post_init__(self) -> None:
        """Check that every leaf has shares."""
        if self.shares.ndim != 2 or len(self.shares) != len(self.trees.value):
            raise ValueError("shares and nodes differ in number")
        if not np.array_equal(self.trees.value, np.arange(len(self.shares))):
            raise ValueError("a node has another's number")

    @classmethod
    def of(cls, forest: RandomForestClassifier) -> ClassForest:
        """Return the trees of a fitted forest, with its classes in their order."""
        trees = trees_of(forest)
        shares = np.concatenate([tree.tree_.value[:, 0, :] for tree in forest.estimators_])
        return cls(replace(trees, value=np.arange(len(shares), dtype=np.float64)), shares)

    def probabilities(self, matrix: Numbers) -> Numbers:
        """Return the mean shares for each row of (rows, features), shape (rows, classes)."""
        rows = in_single_precision(matrix)
        parts = [
            self._mean(rows[start : start + _ROWS_AT_ONCE])
            for start in range(0, len(rows), _ROWS_AT_ONCE)
        ]
        return np.concatenate([np.empty((0, self.shares.shape[1])), *parts])

    def _mean(self, rows: Numbers) -> Numbers:
        leaves = self.trees.leaf_values(rows).astype(np.intp)
        total = np.zeros((len(rows), self.shares.shape[1]))
        for leaf in leaves:
            total += self.shares[leaf]
        return total / len(leaves)


def lightgbm_class_probabilities(trees: Trees, matrix: Numbers, classes: int) -> Numbers:
    """Return the probabilities of each row, shape (rows, classes), of LightGBM's ``multiclass``.

    Its trees stand in rounds of one a class; their sums are the logarithms of the odds.
    """
    rounds = len(trees.roots) // classes
    values = trees.leaf_values(matrix).reshape(rounds, classes, len(matrix))
    sums = in_order(values)
    odds = np.exp(sums - sums.max(axis=0, initial=-np.inf))
    probabilities: Numbers = (odds / odds.sum(axis=0)).T
    return probabilities
