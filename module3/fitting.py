"""How the random forest and the boosted trees (LightGBM) are fitted to flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.forest import grown
from module3.classes import CLASSES
from module3.model_columns import Matrix
from module3.public_tables import LABEL
from module3.training_rows import SOURCE

if TYPE_CHECKING:
    import lightgbm
    from sklearn.ensemble import RandomForestClassifier

Kinds = NDArray[np.intp]

FOREST: Final[dict[str, Any]] = {
    "n_estimators": 100,
    "max_features": 20,
    "random_state": 1,
}
# Weight of a row by the number of rows of its class, to the power of minus this.
_GROWTH: Final = 0.25
ROUNDS: Final = 80
BOOSTED: Final[dict[str, Any]] = {
    "objective": "multiclass",
    "num_class": len(CLASSES),
    "learning_rate": 0.1,
    "num_leaves": 16,
    "min_data_in_leaf": 3,
    "min_sum_hessian_in_leaf": 0.001,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def kinds_of(rows: pl.DataFrame) -> Kinds:
    """Return the number of each row's class."""
    numbers = rows[LABEL].replace_strict({name: at for at, name in enumerate(CLASSES)})
    return numbers.to_numpy().astype(np.intp)


def row_weights(rows: pl.DataFrame) -> Matrix:
    """Return one weight a row, those of rare classes higher; sources weigh the same.

    The mean weight is 1.
    """
    weight = pl.len().over(SOURCE, LABEL).cast(pl.Float64).pow(-_GROWTH).alias("weight")
    shares = rows.select(SOURCE, weight).select(
        pl.col("weight") / pl.col("weight").sum().over(SOURCE)
    )
    values = shares.to_series().to_numpy()
    scaled: Matrix = values * (len(values) / max(values.sum(), 1e-300))
    return scaled


def fit_forest(matrix: Matrix, kinds: Kinds, weights: Matrix) -> RandomForestClassifier:
    """Grow a forest on rows (NaN is missing), the numbers of their classes, and weights.

    Every class of ``CLASSES`` must be there.
    """
    return grown(FOREST, matrix, kinds, weights)


def fit_boosted_trees(matrix: Matrix, kinds: Kinds, weights: Matrix) -> lightgbm.Booster:
    """Fit trees as ``fit_forest`` does."""
    import lightgbm

    data = lightgbm.Dataset(matrix, kinds, weight=weights)
    return lightgbm.train(BOOSTED, data, num_boost_round=ROUNDS)
