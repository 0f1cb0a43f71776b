"""Trees from XGBoost's UBJ format, read without XGBoost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.trees import Numbers, Trees, in_order, in_single_precision
from models.universal_binary_json import parse_universal_binary_json

_OBJECTIVE: Final = "binary:logistic"
_COLUMNS: Final = (
    "left_children",
    "right_children",
    "split_indices",
    "split_conditions",
    "split_type",
    "default_left",
    "sum_hessian",
)
# XGBoost bounds the exponent, and adds so much to the denominator that it cannot be zero.
_LARGEST_EXPONENT: Final = 88.7
_TINY: Final = 1e-16


@dataclass(frozen=True)
class XGBoostTrees:
    """Trees that read single-precision columns, and the log-odds that they start from."""

    trees: Trees
    base: np.float32

    def log_odds(self, matrix: Numbers) -> NDArray[np.float32]:
        """Return the log-odds of each row of (rows, features), as XGBoost does, to the last bit."""
        return self.trees.of_each_row(in_single_precision(matrix), self.sums)

    def sums(self, values: Iterable[Numbers]) -> NDArray[np.float32]:
        """Return the log-odds of rows for which one tree after the other gives these values."""
        singles = (each.astype(np.float32) for each in values)
        return in_order(chain([self.base + next(singles)], singles))

    def probabilities(self, matrix: Numbers) -> NDArray[np.float32]:
        """Return the probability of each row, equal to XGBoost's but for the last bit."""
        return probabilities_of(self.log_odds(matrix))


def probabilities_of(log_odds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probability of each row's log-odds, equal to XGBoost's but for the last bit."""
    odds = np.minimum(-log_odds, np.float32(_LARGEST_EXPONENT)).tolist()
    powers = np.array([math.exp(each) for each in odds], dtype=np.float32)
    result: NDArray[np.float32] = np.float32(1) / (powers + np.float32(1) + np.float32(_TINY))
    return result


def parse_xgboost(content: bytes) -> XGBoostTrees:
    """Return the trees of a binary classifier; raises ``ValueError`` for anything else."""
    try:
        learner = parse_universal_binary_json(content)["learner"]
        if learner["objective"]["name"] != _OBJECTIVE:
            raise ValueError(f"no model of {_OBJECTIVE}")
        trees = _trees(learner["gradient_booster"]["model"]["trees"])
        return XGBoostTrees(trees, _base(learner["learner_model_param"]))
    except (LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


def _base(parameters: Mapping[str, Any]) -> np.float32:
    """Return the log-odds of the stored probability, in single precision as XGBoost does."""
    stored = json.loads(parameters["base_score"])
    probability = np.float32(stored[0] if isinstance(stored, list) else stored)
    return np.float32(-math.log(np.float32(1) / probability - np.float32(1)))


def _trees(trees: Sequence[Mapping[str, Any]]) -> Trees:
    columns = {name: np.concatenate([tree[name] for tree in trees]) for name in _COLUMNS}
    if columns["split_type"].any():
        raise ValueError("categorical splits are not supported")
    sizes = np.array([len(tree["left_children"]) for tree in trees])
    starts = np.cumsum(sizes) - sizes
    own, first = np.arange(sizes.sum()), np.repeat(starts, sizes)
    leaf = columns["left_children"] < 0
    sides = [columns[f"{side}_children"] + first for side in ("left", "right")]
    conditions = columns["split_conditions"].astype(np.float32)
    # To be below a number is to be at most the one before it.
    below = np.nextafter(conditions, np.float32(-np.inf))
    return Trees(
        roots=starts,
        children=np.stack([np.where(leaf, own, side) for side in sides], axis=1),
        feature=np.where(leaf, 0, columns["split_indices"]).astype(np.intp),
        threshold=below.astype(np.float64),
        missing_left=columns["default_left"] > 0,
        value=np.where(leaf, conditions, 0).astype(np.float64),
        cover=columns["sum_hessian"].astype(np.float64),
    )
