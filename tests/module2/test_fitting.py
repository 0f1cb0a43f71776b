from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from module2.algorithms import ALGORITHMS
from module2.columns import CLASSIC_FEATURES, ORIGINAL_FEATURES
from module2.encoding import Matrix
from module2.fitting import ADDED_WEIGHT, fit, fit_and_score
from tests.module2.small_table import SMALL_ALGORITHMS, training_table


class Recorder:
    """Stands for a model: keeps what it was fitted on."""

    def __init__(self, matrix: Matrix, labels: Matrix, weights: Matrix) -> None:
        self.matrix, self.labels, self.weights = matrix, labels, weights


def fitted(*arguments: Any, **options: Any) -> Recorder:
    model: Recorder = fit(replace(ALGORITHMS[0], fit=Recorder), *arguments, **options)[1]
    return model


def test_a_model_is_fitted_on_all_rows_and_features() -> None:
    model = fitted(training_table())
    assert model.matrix.shape == (training_table().height, len(CLASSIC_FEATURES))
    assert model.labels.tolist() == training_table()["label"].to_list()
    assert model.weights.mean() == pytest.approx(1)


def test_added_rows_weigh_less_than_the_others_and_both_classes_alike() -> None:
    rows, added = training_table(), training_table(families=1, captures=5)
    model = fitted(rows, added)
    own, other = model.weights[: rows.height], model.weights[rows.height :]
    assert len(other) == added.height
    assert other.sum() == pytest.approx(ADDED_WEIGHT * own.sum())
    assert ADDED_WEIGHT < 1
    malicious = added["label"].to_numpy() == 1
    assert other[malicious].sum() == pytest.approx(other[~malicious].sum())


def test_fewer_features_give_a_narrower_matrix() -> None:
    model = fitted(training_table(), features=ORIGINAL_FEATURES)
    assert model.matrix.shape[1] == len(ORIGINAL_FEATURES)


def test_rows_that_were_not_seen_are_scored() -> None:
    rows = training_table()
    seen = rows.filter(~pl.col("capture").is_in(["m0", "n0"]))
    unseen = rows.filter(pl.col("capture").is_in(["m0", "n0"]))
    for algorithm in SMALL_ALGORITHMS:
        probabilities = fit_and_score(algorithm, seen, unseen)
        labels = unseen["label"].to_numpy()
        assert np.mean(probabilities[labels == 1]) > np.mean(probabilities[labels == 0])
