"""The random forest in service: how it is grown, and fitted on one table to score another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from module4.encoding import matrix, vocabulary
from module4.features import Matrix
from training.weights import row_weights

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

PARAMETERS: Final[dict[str, Any]] = {
    "n_estimators": 200,
    "min_samples_leaf": 2,
    "random_state": 1,
}


def fit_forest(rows: pl.DataFrame) -> tuple[RandomForestClassifier, tuple[str, ...]]:
    """Return a forest grown on weighted examples, and the tokens that it knows."""
    from sklearn.ensemble import RandomForestClassifier

    tokens = vocabulary(rows)
    forest = RandomForestClassifier(**PARAMETERS)
    forest.fit(matrix(rows, tokens), rows["label"].to_numpy(), sample_weight=row_weights(rows))
    return forest, tokens


def fit_and_score(rows: pl.DataFrame, scored: pl.DataFrame) -> Matrix:
    """Return the probability of dangerous of each of ``scored``, by a forest grown on ``rows``."""
    forest, tokens = fit_forest(rows)
    probabilities: Matrix = forest.predict_proba(matrix(scored, tokens).astype(np.float32))[:, 1]
    return probabilities
