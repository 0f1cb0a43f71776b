"""Gradient-boosted trees (LightGBM): how they are fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from module2.columns import LEARNED_FEATURES
from module2.encoding import Matrix

if TYPE_CHECKING:
    import lightgbm

ROUNDS: Final = 250
SETTINGS: Final[tuple[dict[str, Any], ...]] = (
    {"rounds": ROUNDS, "lambda_l2": 8.0},
    {"rounds": 150, "lambda_l2": 2.0},
    {"rounds": 300, "lambda_l2": 20.0},
)
"""What training chooses among: fewer trees, or more of which each says less."""
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 24,
    "min_data_in_leaf": 3,
    "min_sum_hessian_in_leaf": 0.001,
    "feature_fraction": 0.25,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 8.0,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def fit_boosted_trees(
    matrix: Matrix, labels: Matrix, weights: Matrix, rounds: int = ROUNDS, **changed: Any
) -> lightgbm.Booster:
    """Fit trees on rows (NaN is missing), labels (1 malicious) and weights of the rows.

    The model names its columns after the features when it has all of them.
    """
    import lightgbm

    names: Any = list(LEARNED_FEATURES) if matrix.shape[1] == len(LEARNED_FEATURES) else "auto"
    data = lightgbm.Dataset(matrix, labels, weight=weights, feature_name=names)
    return lightgbm.train({**PARAMETERS, **changed}, data, num_boost_round=rounds)


def fitted_trees_probabilities(booster: lightgbm.Booster, matrix: Matrix) -> Matrix:
    """Return the probability of malicious for each row."""
    return np.asarray(booster.predict(matrix, num_threads=1), dtype=np.float64)
