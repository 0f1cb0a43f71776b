"""Forests and boosted trees that tell more than two classes apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.forest import trees_of
from models.trees import Numbers, Trees, in_order, in_single_precision

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier


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
        return self.trees.of_each_row(in_single_precision(matrix), self._mean)

    def _mean(self, leaves: Iterable[Numbers]) -> Numbers:
        total = in_order(self.shares[leaf.astype(np.intp)] for leaf in leaves)
        return total / len(self.trees.roots)


def lightgbm_class_probabilities(trees: Trees, matrix: Numbers, classes: int) -> Numbers:
    """Return the probabilities of each row, shape (rows, classes), of LightGBM's ``multiclass``.

    Its trees stand in rounds of one a class; their sums are the logarithms of the odds.
    """

    def together(values: Iterable[Numbers]) -> Numbers:
        sums = in_order(map(np.stack, zip(*[iter(values)] * classes, strict=True)))
        odds = np.exp(sums - sums.max(axis=0, initial=-np.inf))
        probabilities: Numbers = (odds / odds.sum(axis=0)).T
        return probabilities

    return trees.of_each_row(matrix, together)
