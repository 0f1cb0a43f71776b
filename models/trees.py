"""Decision trees of any library as arrays, read with NumPy alone.

Importing the libraries that train them takes longer than everything else that a verdict needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.trees_for_many_rows import LARGEST, Column, Split, Tree, alike

_STEPS_PER_NODE: Final = 500  # of paths, that take as long as the calls for a node
# What a processor's cache holds.
_PAIRS_AT_ONCE: Final = 1 << 16  # of a row and a tree
_ROWS_AT_ONCE: Final = 1 << 15

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]
Float = TypeVar("Float", bound=np.floating[Any])
# What trees give for some rows, one after the other, to what they say together of each row.
Together = Callable[[Iterable[Numbers]], NDArray[Float]]


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees one after the other; every array but ``roots`` has one entry a node.

    A row goes left where its ``feature`` is at most ``threshold``, or is missing (NaN) and
    ``missing_left``. ``children`` (left, right) of a leaf are the leaf itself. ``value`` is what a
    leaf gives, or for a forest the malicious share of any node. ``cover`` is how much of the
    training rows went through a node. A child comes after its parent: ``ValueError`` if not.
    """

    roots: Indices
    children: Indices
    feature: Indices
    threshold: Numbers
    missing_left: NDArray[np.bool_]
    value: Numbers
    cover: Numbers

    def __post_init__(self) -> None:
        """Check that every path ends."""
        count = len(self.value)
        own = np.arange(count)[:, None]
        shapes = {len(each) for each in (self.feature, self.threshold, self.missing_left)}
        if not len(self.roots) or shapes != {count} or len(self.cover) != count:
            raise ValueError("trees without nodes, or arrays of different lengths")
        if self.children.shape != (count, 2) or np.any(self.children >= count):
            raise ValueError("a node's child does not exist")
        inner = self.children[~self.is_leaf]
        if np.any(inner <= own[~self.is_leaf]) or np.any(self.feature < 0):
            raise ValueError("a node comes before its parent")
        if np.bincount(inner.ravel(), minlength=1).max() > 1:
            raise ValueError("a node has two parents")

    @classmethod
    def joined(cls, parts: Sequence[Trees]) -> Trees:
        """Return all trees of several models as one."""
        starts = np.cumsum([0, *(len(part.value) for part in parts[:-1])])
        pairs = list(zip(parts, starts, strict=True))
        return cls(
            np.concatenate([part.roots + start for part, start in pairs]),
            np.concatenate([part.children + start for part, start in pairs]),
            np.concatenate([part.feature for part in parts]),
            np.concatenate([part.threshold for part in parts]),
            np.concatenate([part.missing_left for part in parts]),
            np.concatenate([part.value for part in parts]),
            np.concatenate([part.cover for part in parts]),
        )

    @cached_property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Tell of each node whether it is a leaf."""
        own = np.arange(len(self.value))
        leaf: NDArray[np.bool_] = (self.children == own[:, None]).all(axis=1)
        return leaf

    @cached_property
    def depth(self) -> int:
        """The most steps from a root to a leaf."""
        steps, nodes = 0, self.roots
        while len(nodes := nodes[~self.is_leaf[nodes]]):
            nodes = self.children[nodes].ravel()
            steps += 1
        return steps

    def leaf_values(self, matrix: Numbers) -> Numbers:
        """Return what each tree gives for each row of (rows, features), shape (trees, rows)."""
        return self.of_each_row(matrix, lambda values: np.stack(list(values), axis=1)).T

    def of_each_row(self, matrix: Numbers, together: Together[Float]) -> NDArray[Float]:
        """Return ``together`` of what the trees give for each row of (rows, features).

        It gets what one tree after the other gives for some rows, and returns an entry for each of
        these. Of rows that no tree tells apart it gets one.
        """
        if self._is_few(len(matrix)):
            return self._by_paths(matrix, together)
        codes = [column.codes(matrix) for column in self._columns]
        first, number = alike(codes)
        if self._is_few(len(first)):
            return self._by_paths(matrix[first], together)[number]
        parts = []
        for start in range(0, len(first), _ROWS_AT_ONCE):
            rows = first[start : start + _ROWS_AT_ONCE]
            part = [column[rows] for column in codes]
            parts.append(together(tree.leaf_values(part, len(rows)) for tree in self._trees))
        return np.concatenate(parts)[number]

    def paths(self, row: Numbers) -> Indices:
        """Return the nodes that a row of shape (features,) comes through: (trees, depth + 1).

        A path that has ended stays at its leaf.
        """
        nodes = self.roots
        path = [nodes]
        goes_right = self.goes_right(row)
        for _ in range(self.depth):
            nodes = self.children[nodes, goes_right[nodes]]
            path.append(nodes)
        return np.stack(path, axis=1)

    def goes_right(self, row: Numbers) -> Indices:
        """Return 1 for each node where a row of shape (features,) goes right, else 0."""
        values = np.minimum(row, LARGEST)[self.feature]
        left = np.where(np.isnan(values), self.missing_left, values <= self._finite_threshold)
        return np.asarray(~left, dtype=np.intp)

    def _is_few(self, rows: int) -> bool:
        """Tell whether to walk down every path is less work than to visit every node."""
        return rows * self.depth * len(self.roots) < _STEPS_PER_NODE * len(self.value)

    def _by_paths(self, matrix: Numbers, together: Together[Float]) -> NDArray[Float]:
        """Follow the paths of some rows down every tree together: few steps, large arrays."""
        rows_at_once = max(1, _PAIRS_AT_ONCE // len(self.roots))
        starts = range(0, max(len(matrix), 1), rows_at_once)
        parts = [matrix[start : start + rows_at_once] for start in starts]
        return np.concatenate([together(self._all_trees_at_once(_doubled(part))) for part in parts])

    def _all_trees_at_once(self, doubled: Numbers) -> Numbers:
        rows = doubled.shape[1]
        columns, children = doubled.ravel(), self.children.ravel()
        side = np.where(self.missing_left, len(doubled) // 2, 0)
        first, number = (self.feature + side) * rows, np.arange(rows)
        nodes = np.repeat(self.roots[:, None], rows, axis=1)
        for _ in range(self.depth):
            values = columns.take(first.take(nodes) + number)
            right = values > self._finite_threshold.take(nodes)
            nodes = children.take(2 * nodes + right)
        return self.value.take(nodes)

    @cached_property
    def _columns(self) -> list[Column]:
        """What the splits look at: features, by where missing values go."""
        features, sides = self.feature[~self.is_leaf], self.missing_left[~self.is_leaf]
        thresholds = self._finite_threshold[~self.is_leaf]
        return [
            Column(feature, left, np.unique(thresholds[(features == feature) & (sides == left)]))
            for feature, left in sorted(set(zip(features.tolist(), sides.tolist(), strict=True)))
        ]

    @cached_property
    def _trees(self) -> list[Tree]:
        ranks = np.zeros(len(self.value), dtype=np.intp)
        numbers = np.zeros(len(self.value), dtype=np.intp)
        for place, column in enumerate(self._columns):
            own = (self.feature == column.feature) & (self.missing_left == column.missing_left)
            ranks[own] = np.searchsorted(column.thresholds, self._finite_threshold[own])
            numbers[own] = place
        splits = list(
            map(
                Split._make,
                zip(
                    range(len(self.value)),
                    numbers.tolist(),
                    ranks.tolist(),
                    *self.children.T.tolist(),
                    strict=True,
                ),
            )
        )
        return [self._tree(root, splits) for root in self.roots.tolist()]

    def _tree(self, root: int, splits: Sequence[Split]) -> Tree:
        """Return the tree below a root; ``splits`` has an entry for every node."""
        waiting, found, leaves = [root], [], []
        while waiting:
            split = splits[waiting.pop()]
            if split.left == split.node:
                leaves.append(split.node)
            else:
                found.append(split)
                waiting += (split.right, split.left)
        return Tree(found[::-1], leaves, self.value[leaves])

    @cached_property
    def _finite_threshold(self) -> Numbers:
        return np.minimum(self.threshold, LARGEST)


def _doubled(matrix: Numbers) -> Numbers:
    """Return every column twice, (2 * features, rows), with missing values above all thresholds.

    In the second half they are below all thresholds.
    """
    finite = np.minimum(matrix, LARGEST)
    # Of a number and a missing one, these take the number.
    above, below = np.fmin(finite, np.inf), np.fmax(finite, -np.inf)
    return np.ascontiguousarray(np.concatenate([above, below], axis=1).T)


def in_order(values: Iterable[NDArray[Float]]) -> NDArray[Float]:
    """Return the sums of arrays, added one after the other as the libraries do.

    NumPy's own sum adds in pairs, which differs in the last bit.
    """
    arrays = iter(values)
    total = next(arrays).copy()
    for each in arrays:
        total += each
    return total


def in_single_precision(matrix: Numbers) -> Numbers:
    """Return the values rounded to what a library that reads single precision sees."""
    return matrix.astype(np.float32).astype(np.float64)
