"""Trees from LightGBM's text format, read without LightGBM.

The format is what ``Booster.model_to_string`` writes: blocks of ``name=values`` lines, one a tree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.trees import Numbers, Trees, in_order

Counts = NDArray[np.int64]

_FIRST_TREE: Final = "\nTree="
_END: Final = "end of trees"
_END_OF_FILE: Final = "end of parameters"  # what a file that was cut off lacks
_BINARY: Final = "binary sigmoid:1"
# Bits of decision_type.
_CATEGORICAL: Final = 1
_DEFAULT_LEFT: Final = 2
_MISSING: Final = 0b1100
_MISSING_IS_ZERO: Final = 0b0100
_MISSING_IS_NAN: Final = 0b1000
_LARGEST: Final = 2**31  # more nodes or features than any model has


def parse_lightgbm(text: str, objective: str = _BINARY) -> Trees:
    """Return the trees of a model of that objective, a binary classifier unless given.

    Raises ``ValueError`` for anything else.
    """
    header, *blocks = text.partition(_END)[0].split(_FIRST_TREE)
    if _END_OF_FILE not in text or not blocks:
        raise ValueError("cut off")
    if f"objective={objective}" not in header.splitlines():
        raise ValueError(f"no model of objective={objective}")
    return _trees([_fields(block) for block in blocks])


def lightgbm_log_odds(trees: Trees, matrix: Numbers) -> Numbers:
    """Return the log-odds of each row of (rows, features), as LightGBM does, to the last bit."""
    return trees.of_each_row(matrix, in_order)


def lightgbm_probabilities(trees: Trees, matrix: Numbers) -> Numbers:
    """Return the probability of each row, as LightGBM does, to the last bit."""
    return probabilities_of(lightgbm_log_odds(trees, matrix))


def probabilities_of(log_odds: Numbers) -> Numbers:
    """Return the probability of each row's log-odds, as LightGBM does, to the last bit."""
    # NumPy's exponential differs from the C library's in the last bit.
    return np.array([1 / (1 + math.exp(-each)) for each in log_odds.tolist()], dtype=np.float64)


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines()[1:] if "=" in line)


def _trees(trees: Sequence[dict[str, str]]) -> Trees:
    """Return the trees; the nodes of each are its splits, then its leaves."""
    leaves = np.array([int(tree["num_leaves"]) for tree in trees])
    inner = leaves - 1
    # First, since they tell whether there are as many nodes as memory is going to be taken for.
    threshold, value = _numbers(trees, "threshold", inner), _numbers(trees, "leaf_value", leaves)
    sizes = inner + leaves
    starts = np.cumsum(sizes) - sizes
    number = np.arange(sizes.sum()) - np.repeat(starts, sizes)
    is_leaf = number >= np.repeat(inner, sizes)
    children = np.repeat(np.arange(len(is_leaf))[:, None], 2, axis=1)
    for side, name in enumerate(("left_child", "right_child")):
        child = _whole_numbers(trees, name, inner)
        # Leaves are counted -1, -2, ...
        below = np.where(child < 0, np.repeat(inner, inner) + ~child, child)
        children[~is_leaf, side] = below + np.repeat(starts, inner)
    return Trees(
        starts,
        children,
        _split(_whole_numbers(trees, "split_feature", inner), is_leaf).astype(np.intp),
        _split(threshold, is_leaf),
        _split(_missing_left(trees, inner, threshold), is_leaf) > 0,
        _both(np.zeros(inner.sum()), value, is_leaf),
        _both(_numbers(trees, "internal_count", inner), _leaf_counts(trees, leaves), is_leaf),
    )


def _missing_left(trees: Sequence[dict[str, str]], inner: Counts, threshold: Numbers) -> Numbers:
    """Return 1 for each split at which a missing value goes left, else 0.

    Raises ``ValueError`` for kinds of splits that this reader does not know.
    """
    kinds = _whole_numbers(trees, "decision_type", inner)
    if any(tree.get("is_linear", "0") != "0" for tree in trees) or np.any(kinds & _CATEGORICAL):
        raise ValueError("linear trees and categorical splits are not supported")
    if np.any((kinds & _MISSING) == _MISSING_IS_ZERO):
        raise ValueError("zeros as missing values are not supported")
    # A column that had no missing values in training takes one for 0.
    default = np.where((kinds & _MISSING) == _MISSING_IS_NAN, kinds & _DEFAULT_LEFT, threshold >= 0)
    return (default > 0).astype(np.float64)


def _leaf_counts(trees: Sequence[dict[str, str]], leaves: Counts) -> Numbers:
    """Return how many training rows each leaf has; a tree of one leaf does not tell."""
    pairs = zip(trees, leaves, strict=True)
    told = [tree if count > 1 else {"leaf_count": "1"} for tree, count in pairs]
    return _numbers(told, "leaf_count", leaves)


def _numbers(trees: Sequence[dict[str, str]], name: str, counts: Counts) -> Numbers:
    """Return the values of all trees, so many of each, one after the other."""
    texts = [tree.get(name, "").split() for tree in trees]
    if [len(text) for text in texts] != counts.tolist():
        raise ValueError(f"{name} has too few or too many values")
    return np.array([float(value) for text in texts for value in text])


def _whole_numbers(trees: Sequence[dict[str, str]], name: str, counts: Counts) -> Counts:
    values = _numbers(trees, name, counts)
    if np.any(np.abs(values) > _LARGEST) or np.isnan(values).any():
        raise ValueError(f"{name} has values that are no whole numbers")
    return values.astype(np.int64)


def _split(values: Numbers | Counts, is_leaf: NDArray[np.bool_]) -> Numbers:
    """Return the values at the splits, and 0 at the leaves."""
    return _both(values, np.zeros(int(is_leaf.sum())), is_leaf)


def _both(splits: Numbers | Counts, leaves: Numbers, is_leaf: NDArray[np.bool_]) -> Numbers:
    values = np.empty(len(is_leaf))
    values[~is_leaf], values[is_leaf] = splits, leaves
    return values
