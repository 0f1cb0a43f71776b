"""Gradient-boosted trees of LightGBM and XGBoost on the folds of one training table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.storage import save_lightgbm, save_xgboost
from module1.trees import LIGHTGBM_FILE, XGBOOST_FILE, Matrix

if TYPE_CHECKING:
    import lightgbm
    import xgboost

# One thread: tables are small, and threads that wait for each other cost more than they save.
THREADS: Final = 1
ROUNDS: Final = 150
# How much less than the best area under the ROC curve is as good as the best.
_TOLERANCE: Final = 0.005
_SEED: Final = 1
# Fewest rows in a leaf; fewer in tables too small for it.
_LEAF: Final = 10
_ROWS_PER_LEAF: Final = 40
_LIGHTGBM: Final[Mapping[str, Any]] = {
    "objective": "binary",
    "metric": "auc",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "seed": _SEED,
    "num_threads": THREADS,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
_XGBOOST: Final[Mapping[str, Any]] = {
    "objective": "binary:logistic",
    "eval_metric": "auc",
    "eta": 0.1,
    "max_depth": 4,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "reg_lambda": 5.0,
    "tree_method": "hist",
    "max_bin": 64,
    "seed": _SEED,
    "nthread": THREADS,
    "verbosity": 0,
}

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
Weights = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class TrainingColumns:
    """Encoded rows of shape (rows, features), with a label (1 malicious) and a weight each."""

    columns: Matrix
    labels: Labels
    weights: Weights

    def part(self, rows: NDArray[np.int64]) -> TrainingColumns:
        """Return the rows with those numbers."""
        return TrainingColumns(self.columns[rows], self.labels[rows], self.weights[rows])


@dataclass(frozen=True)
class FittedBoosters:
    """Models of two libraries, trained on the same columns; ``module1.trees`` reads their files."""

    lightgbm: Sequence[lightgbm.Booster]
    xgboost: Sequence[xgboost.Booster]

    def predict(self, columns: Matrix) -> Matrix:
        """Return the probability of each row of a matrix of shape (rows, features)."""
        import xgboost

        first = [np.asarray(m.predict(columns, num_threads=THREADS)) for m in self.lightgbm]
        table = xgboost.DMatrix(columns, nthread=THREADS)
        second = [model.predict(table) for model in self.xgboost]
        mean: Matrix = (np.mean(first, axis=0) + np.mean(second, axis=0, dtype=np.float64)) / 2
        return mean

    def save(self, folder: Path) -> None:
        """Write each model into its own file."""
        for number, first in enumerate(self.lightgbm):
            save_lightgbm(folder / LIGHTGBM_FILE.format(number), first)
        for number, second in enumerate(self.xgboost):
            save_xgboost(folder / XGBOOST_FILE.format(number), second)


def fit_boosters(
    table: TrainingColumns, folds: Sequence[Fold], rounds: int = ROUNDS
) -> FittedBoosters:
    """Train one model of each library on each fold's training rows.

    Training stops early: all models of a library keep the same number of rounds, at most
    ``rounds``, judged by the area under the ROC curve on the rows held out, averaged over the
    folds: a single fold may hold out a family that looks like nothing else, and would stop at once.
    """
    parts = [(table.part(training), table.part(held_out)) for training, held_out in folds]
    return FittedBoosters(_lightgbm(parts, rounds), _xgboost(parts, rounds))


Part = tuple[TrainingColumns, TrainingColumns]


def _lightgbm(parts: Sequence[Part], rounds: int) -> list[lightgbm.Booster]:
    import lightgbm

    fitted = [_fit_lightgbm(training, held_out, rounds) for training, held_out in parts]
    best = _rounds_to_keep([areas for _, areas in fitted])
    return [
        lightgbm.Booster(model_str=booster.model_to_string(num_iteration=best))
        for booster, _ in fitted
    ]


def _fit_lightgbm(
    training: TrainingColumns, held_out: TrainingColumns, rounds: int
) -> tuple[lightgbm.Booster, list[float]]:
    import lightgbm

    sets = [
        lightgbm.Dataset(each.columns, each.labels, weight=each.weights)
        for each in (training, held_out)
    ]
    areas: dict[str, dict[str, list[float]]] = {}
    booster = lightgbm.train(
        {**_LIGHTGBM, "min_data_in_leaf": _smallest_leaf(training)},
        sets[0],
        rounds,
        valid_sets=[sets[1]],
        callbacks=[lightgbm.record_evaluation(areas)],
    )
    return booster, areas["valid_0"]["auc"]


def _xgboost(parts: Sequence[Part], rounds: int) -> list[xgboost.Booster]:
    fitted = [_fit_xgboost(training, held_out, rounds) for training, held_out in parts]
    best = _rounds_to_keep([areas for _, areas in fitted])
    return [booster[:best] for booster, _ in fitted]


def _fit_xgboost(
    training: TrainingColumns, held_out: TrainingColumns, rounds: int
) -> tuple[xgboost.Booster, list[float]]:
    import xgboost

    sets = [
        xgboost.DMatrix(each.columns, each.labels, weight=each.weights, nthread=THREADS)
        for each in (training, held_out)
    ]
    areas: dict[str, dict[str, list[float]]] = {}
    booster = xgboost.train(
        {**_XGBOOST, "min_child_weight": _smallest_leaf(training) / 2},
        sets[0],
        rounds,
        evals=[(sets[1], "held_out")],
        evals_result=areas,
        verbose_eval=False,
    )
    return booster, areas["held_out"]["auc"]


def _rounds_to_keep(areas: Sequence[Sequence[float]]) -> int:
    """Return the last round whose mean area is nearly the best.

    The order of the rows hardly changes with more rounds, but their probabilities spread.
    """
    means = np.mean(areas, axis=0)
    return int(np.flatnonzero(means >= means.max() - _TOLERANCE)[-1]) + 1


def _smallest_leaf(training: TrainingColumns) -> int:
    return max(1, min(_LEAF, len(training.labels) // _ROWS_PER_LEAF))
