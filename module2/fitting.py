"""Fits one model: its setting, encoders, weights of the rows, and rows of another source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from module2.algorithms import Algorithm
from module2.encoding import Encoders, Matrix
from training.out_of_fold import out_of_fold, possible_folds
from training.weights import row_weights

# Weight of the rows of another source, relative to that of all others. They raise average
# precision and recall over all servers, and lower the mean over families (``module2.compare``).
ADDED_WEIGHT: Final = 0.3
# Folds of the training rows by which a setting is chosen.
FOLDS: Final = 3
_SEEDS: Final = (1,)


def fit(
    algorithm: Algorithm,
    rows: pl.DataFrame,
    added: pl.DataFrame | None = None,
    features: Sequence[str] | None = None,
    setting: Mapping[str, Any] | None = None,
) -> tuple[Encoders, Any]:
    """Return encoders and model fitted on labelled rows, weighted by ``training.weights``.

    ``added`` are rows of another source, without origin; both of their classes weigh the same. The
    features are those of the algorithm unless given, the setting is ``chosen_setting``.
    """
    if setting is None:
        setting = chosen_setting(algorithm, rows, added, features)
    weights = row_weights(rows)
    if added is not None:
        weights = np.concatenate([weights, ADDED_WEIGHT * _balanced(added, weights.sum())])
        rows = pl.concat([rows, added])
    encoders = Encoders.fit(rows, features or algorithm.features)
    labels = rows["label"].to_numpy()
    return encoders, algorithm.fit(encoders.transform(rows), labels, weights, **setting)


def chosen_setting(
    algorithm: Algorithm,
    rows: pl.DataFrame,
    added: pl.DataFrame | None = None,
    features: Sequence[str] | None = None,
) -> Mapping[str, Any]:
    """Return the setting with the best average precision on rows held out of these.

    They are held out with their families and captures. With too few of those the first is taken.
    """
    if len(algorithm.settings) == 1 or possible_folds(rows) < 2:
        return algorithm.settings[0]
    from sklearn.metrics import average_precision_score

    def precision(setting: Mapping[str, Any]) -> float:
        score = partial(fit_and_score, algorithm, added=added, features=features, setting=setting)
        probabilities = out_of_fold(rows, score, FOLDS, _SEEDS)
        return float(average_precision_score(rows["label"].to_numpy(), probabilities))

    return max(algorithm.settings, key=precision)


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
    setting: Mapping[str, Any] | None = None,
) -> Matrix:
    """Return the probabilities of ``scored`` from a model fitted as by ``fit``."""
    encoders, model = fit(algorithm, rows, added, features, setting)
    return algorithm.probabilities(model, encoders.transform(scored))
