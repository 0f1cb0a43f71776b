import numpy as np
import pytest

from module2.boosted_trees import boosted_contributions, boosted_probabilities, fit_boosted_trees
from module2.columns import FEATURES
from module2.encoding import Encoders
from tests.module2.small_table import training_table


def test_contributions_are_differences_of_log_odds() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    booster = fit_boosted_trees(matrix, labels, np.ones(rows.height), rounds=20)
    log_odds = [
        np.log(probability / (1 - probability))
        for probability in boosted_probabilities(booster, matrix[[0, -1]])
    ]
    shares = [boosted_contributions(booster, matrix[number]) for number in (0, -1)]
    assert shares[0].shape == (len(FEATURES),)
    assert shares[1].sum() - shares[0].sum() == pytest.approx(log_odds[1] - log_odds[0])


def test_the_feature_that_tells_the_classes_apart_contributes_most() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    booster = fit_boosted_trees(matrix, labels, np.ones(rows.height), rounds=200)
    shares = np.array([boosted_contributions(booster, row) for row in matrix])
    assert np.argmax(np.abs(shares).sum(axis=0)) == FEATURES.index("avg_size")
