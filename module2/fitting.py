"""Fits one model: encoders, weights of the rows, and the rows of another source beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from module2.algorithms import Algorithm
from module2.encoding import Encoders, Matrix
from training.weights import row_weights

# Weight of the rows of another source, relative to that of all others. They help to find families
# that were held out (see ``module2.compare``).
ADDED_WEIGHT: Final = 0.3


def fit(
    algorithm: Algorithm,
    rows: pl.DataFrame,
    added: pl.DataFrame | None = None,
    features: Sequence[str] | None = None,
) -> tuple[Encoders, Any]:
    """Return encoders and model fitted on labelled rows, weighted by ``training.weights``.

    ``added`` are rows of another source, without origin; both of their classes weigh the same. The
    features are those of the algorithm unless given.
    """
    weights = row_weights(rows)
    if added is not None:
        weights = np.concatenate([weights, ADDED_WEIGHT * _balanced(added, weights.sum())])
        rows = pl.concat([rows, added])
    encoders = Encoders.fit(rows, features or algorithm.features)
    labels = rows["label"].to_numpy()
    return encoders, algorithm.fit(encoders.transform(rows), labels, weights)


def _balanced(rows: pl.DataFrame, total: float) -> Matrix:
    """Return weights that sum to ``total``, half of it for each class."""
    counts = rows.select(pl.len().over("label")).to_series().to_numpy()
    return np.asarray(total / rows["label"].n_unique() / counts, dtype=np.float64)


def fit_and_score(
    algorithm: Algorithm,
    rows: pl.DataFrame,
    scored: pl.DataFrame,
    added: pl.DataFrame | None = None,
    features: Sequence[str] | None = None,
) -> Matrix:
    """Return the probabilities of ``scored`` from a model fitted as by ``fit``."""
    encoders, model = fit(algorithm, rows, added, features)
    return algorithm.probabilities(model, encoders.transform(scored))
