"""Decision trees of any library as arrays, read with NumPy alone.

Importing the libraries that train them takes longer than everything else that a verdict needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

_MANY_ROWS: Final = 1 << 11  # from here on the work at each node outweighs the cost of a call
_NODES_PER_STEP: Final = 4  # that take as long as a step of a path, a row
# What a processor's cache holds.
_PAIRS_AT_ONCE: Final = 1 << 16  # of a row and a tree
_ROWS_AT_ONCE: Final = 1 << 13
_LARGEST: Final = np.finfo(np.float64).max  # a threshold may be infinite: all but missing values

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]
Float = TypeVar("Float", bound=np.floating[Any])


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
        paths = len(matrix) < _MANY_ROWS or not self._small_trees
        rows_at_once = max(1, _PAIRS_AT_ONCE // len(self.roots)) if paths else _ROWS_AT_ONCE
        evaluate = self._all_trees_at_once if paths else self._node_by_node
        parts = [
            evaluate(_doubled(matrix[start : start + rows_at_once]))
            for start in range(0, len(matrix), rows_at_once)
        ]
        return np.concatenate([np.empty((len(self.roots), 0)), *parts], axis=1)

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
        values = np.minimum(row, _LARGEST)[self.feature]
        left = np.where(np.isnan(values), self.missing_left, values <= self._finite_threshold)
        return np.asarray(~left, dtype=np.intp)

    def _column_numbers(self, doubled: Numbers) -> Indices:
        """Return for each node the column of ``_doubled`` that it looks at."""
        return self.feature + np.where(self.missing_left, len(doubled) // 2, 0)

    def _all_trees_at_once(self, doubled: Numbers) -> Numbers:
        """Follow the path of every row down every tree together: few steps, large arrays."""
        rows = doubled.shape[1]
        columns, children = doubled.ravel(), self.children.ravel()
        first, number = self._column_numbers(doubled) * rows, np.arange(rows)
        nodes = np.repeat(self.roots[:, None], rows, axis=1)
        for _ in range(self.depth):
            values = columns.take(first.take(nodes) + number)
            right = values > self._finite_threshold.take(nodes)
            nodes = children.take(2 * nodes + right)
        return self.value.take(nodes)

    def _node_by_node(self, doubled: Numbers) -> Numbers:
        """Choose at every node between its children's leaves, from the leaves to the roots."""
        numbers = self._column_numbers(doubled).tolist()
        thresholds, children = self._finite_threshold.tolist(), self.children.tolist()
        # Leaves by their number, which is smaller than their value.
        count = len(self.value)
        found: list[Any] = list(np.arange(count, dtype=np.min_scalar_type(count)))
        for node in np.flatnonzero(~self.is_leaf)[::-1].tolist():
            left, right = children[node]
            goes_right = doubled[numbers[node]] > thresholds[node]
            # Without a branch, which np.where has, for each row.
            found[node] = found[left] ^ ((found[left] ^ found[right]) * goes_right)
            found[left] = found[right] = None
        rows = doubled.shape[1]
        leaves = np.array([np.broadcast_to(found[root], rows) for root in self.roots])
        return self.value.take(leaves)

    @cached_property
    def _small_trees(self) -> bool:
        """Tell whether visiting all nodes is less work than walking down to the deepest leaf."""
        return len(self.value) < _NODES_PER_STEP * self.depth * len(self.roots)

    @cached_property
    def _finite_threshold(self) -> Numbers:
        return np.minimum(self.threshold, _LARGEST)


def _doubled(matrix: Numbers) -> Numbers:
    """Return every column twice, (2 * features, rows), with missing values above all thresholds.

    In the second half they are below all thresholds.
    """
    finite = np.minimum(matrix, _LARGEST)
    # Of a number and a missing one, these take the number.
    above, below = np.fmin(finite, np.inf), np.fmax(finite, -np.inf)
    return np.ascontiguousarray(np.concatenate([above, below], axis=1).T)


def in_order(values: NDArray[Float]) -> NDArray[Float]:
    """Return the sums over the first axis, added one after the other as the libraries do.

    NumPy's own sum adds in pairs, which differs in the last bit.
    """
    total: NDArray[Float] = values[0].copy()
    for each in values[1:]:
        total += each
    return total


def in_single_precision(matrix: Numbers) -> Numbers:
    """Return the values rounded to what a library that reads single precision sees."""
    return matrix.astype(np.float32).astype(np.float64)
