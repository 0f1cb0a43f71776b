from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from module2.algorithms import ALGORITHMS
from module2.columns import CLASSIC_FEATURES, ORIGINAL_FEATURES
from module2.encoding import Matrix
from module2.fitting import ADDED_WEIGHT, chosen_setting, fit, fit_and_score
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


def test_the_setting_that_ranks_held_out_rows_best_is_chosen() -> None:
    blind, seeing = {"rounds": 1, "min_data_in_leaf": 10_000}, {"rounds": 60}
    algorithm = replace(SMALL_ALGORITHMS[1], settings=(blind, seeing))
    rows = training_table()
    assert chosen_setting(algorithm, rows) == seeing
    assert fit(algorithm, rows)[1].num_trees() == 60
    assert fit(algorithm, rows, setting=blind)[1].num_trees() < 60


def test_the_first_setting_is_taken_where_nothing_can_be_held_out() -> None:
    algorithm = replace(SMALL_ALGORITHMS[1], settings=({"rounds": 2}, {"rounds": 60}))
    rows = training_table(families=1, captures=1)
    assert chosen_setting(algorithm, rows) == {"rounds": 2}


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
