"""Module 2's models on the CTU table alone, as the work that its features come from measured them.

Folds are drawn at random, class by class, so that one network and one malware are on both sides:
the figures compare models and features with that work, and say nothing of traffic that is new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from evaluation.errors import EvaluationError
from evaluation.wording import NAMES
from module2.boosted_trees import fit_boosted_trees, fitted_trees_probabilities
from module2.columns import LEARNED_FEATURES
from module2.detect import GBDT, RANDOM_FOREST
from module2.encoding import Matrix
from module2.forest import fit_forest, fitted_forest_probabilities
from module2.table_names import CTU_TABLE, TABLES
from module2.training_rows import read_added_rows
from training.curves import Ranking
from training.dataset_folders import DATASET
from training.metrics import Labels
from training.progress import tracked
from training.resampling import Draws, interval
from training.tables import TableError

FOLDS: Final = 5
RESAMPLES: Final = 500
_SEED: Final = 1
_QUARTERS: Final = 4
_PLACES: Final = 4

Setting = Mapping[str, Any]


@dataclass(frozen=True)
class Candidate:
    """How one model is fitted and read, and the settings that it may be given."""

    name: str
    fit: Callable[..., Any]
    probabilities: Callable[[Any, Matrix], Matrix]
    settings: tuple[Setting, ...]

    def scores(self, training: Matrix, labels: Labels, held_out: Matrix, chosen: Setting) -> Matrix:
        """Return the probabilities of held-out rows from a model fitted with a setting."""
        model = self.fit(training, labels, np.ones(len(labels)), **chosen)
        return self.probabilities(model, held_out)


# Rows of both sides are neighbours here, so that finer trees than those in service pay.
_FORESTS: Final = tuple(
    {"n_estimators": 300, "min_samples_leaf": 1, "max_features": features} for features in (6, 10)
)
_BOOSTED: Final = tuple(
    {"rounds": 300, "learning_rate": 0.1, "lambda_l2": 0.0} | shape
    for shape in (
        {"num_leaves": 31, "min_data_in_leaf": 20, "feature_fraction": 0.6},
        {"num_leaves": 96, "min_data_in_leaf": 5, "feature_fraction": 0.4, "bagging_freq": 0},
        {"num_leaves": 48, "feature_fraction": 0.3, "rounds": 700, "learning_rate": 0.04},
    )
)
CANDIDATES: Final = (
    Candidate(RANDOM_FOREST, fit_forest, fitted_forest_probabilities, _FORESTS),
    Candidate(GBDT, fit_boosted_trees, fitted_trees_probabilities, _BOOSTED),
)


def read_ctu_rows(data: Path = DATASET) -> pl.DataFrame:
    """Return the CTU table's rows; raises ``EvaluationError``."""
    try:
        return read_added_rows(data / TABLES / CTU_TABLE)
    except TableError as error:
        raise EvaluationError(str(error)) from None


def measured(
    rows: pl.DataFrame, candidates: Sequence[Candidate] = CANDIDATES, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Return for each model its best F1 and average precision over all held-out rows.

    In each fold the setting is the one whose model of three quarters of the training rows has the
    best average precision on the last quarter. Intervals hold the middle 95 % of resampled rows.
    """
    features = _features(rows)
    matrix = rows.select(pl.col(features).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    labels = rows["label"].to_numpy().astype(np.int64)
    return {
        "rows": len(labels),
        "malicious": int(labels.sum()),
        "folds": FOLDS,
        "features": list(features),
        "models": {
            each.name: _of_model(each, matrix, labels, resamples)
            for each in tracked(candidates, "evaluate")
        },
    }


def _features(rows: pl.DataFrame) -> tuple[str, ...]:
    """Return the features that models learn and that at least one row has."""
    return tuple(name for name in LEARNED_FEATURES if rows[name].count())


def _of_model(
    candidate: Candidate, matrix: Matrix, labels: Labels, resamples: int
) -> dict[str, Any]:
    scores, chosen = np.zeros(len(labels)), []
    for training, held_out in _folds(labels, FOLDS):
        setting = _best_setting(candidate, matrix[training], labels[training])
        scores[held_out] = candidate.scores(
            matrix[training], labels[training], matrix[held_out], setting
        )
        chosen.append(dict(setting))
    return {**_figures(scores, labels, resamples), "chosen": chosen}


def _best_setting(candidate: Candidate, matrix: Matrix, labels: Labels) -> Setting:
    training, held_out = next(_folds(labels, _QUARTERS))

    def precision(setting: Setting) -> float:
        scores = candidate.scores(matrix[training], labels[training], matrix[held_out], setting)
        return Ranking.of(scores, labels[held_out]).curve().average_precision()

    return max(candidate.settings, key=precision)


def _folds(labels: Labels, count: int) -> Iterator[tuple[Labels, Labels]]:
    """Yield numbers of training and held-out rows, ``count`` times."""
    from sklearn.model_selection import StratifiedKFold

    yield from StratifiedKFold(count, shuffle=True, random_state=_SEED).split(labels, labels)


def _figures(scores: Matrix, labels: Labels, resamples: int) -> dict[str, Any]:
    ranking = Ranking.of(scores, labels)
    draws = Draws.of(np.arange(len(labels)).astype(np.str_), resamples)
    curves = [ranking.curve(weights) for weights in (None, *draws.weights())]
    return {
        "best_f1": _estimate([curve.best_f1() for curve in curves]),
        "average_precision": _estimate([curve.average_precision() for curve in curves]),
    }


def _estimate(values: Sequence[float]) -> dict[str, Any]:
    """Return the first of the values, and the interval of the others."""
    bounds = interval(values[1:])
    return {
        "value": round(values[0], _PLACES),
        "interval": None if bounds is None else [round(bound, _PLACES) for bound in bounds],
    }


def as_json(found: Mapping[str, Any]) -> str:
    """Return the figures as JSON text."""
    return json.dumps(found, indent=1) + "\n"


def text(found: Mapping[str, Any]) -> str:
    """Return the figures as text of at most 80 columns."""
    lines = [
        f"CTU table of HTTPS malware (2017) alone: {found['rows']} servers, "
        f"{found['malicious']} malicious",
        f"{found['folds']} folds drawn at random, settings chosen inside each; 95 % intervals",
        "",
        f"{'':<16}{'best F1':<26}average precision",
        *(
            f"{NAMES[name]:<16}{_cell(of_model['best_f1']):<26}"
            f"{_cell(of_model['average_precision'])}"
            for name, of_model in found["models"].items()
        ),
        "",
        "The same networks and malware are on both sides: compare it with other work on",
        "this table. How verdicts hold on new traffic: python project.py evaluate",
    ]
    return "\n".join(lines) + "\n"


def _cell(estimate: Mapping[str, Any]) -> str:
    bounds = estimate["interval"]
    between = f" ({bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else ""
    return f"{estimate['value']:.3f}{between}"
