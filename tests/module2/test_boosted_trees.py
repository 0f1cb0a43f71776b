import numpy as np

from models.lightgbm_text import lightgbm_probabilities, parse_lightgbm
from models.tree_shares import LeafConditions, shares
from module2.boosted_trees import fit_boosted_trees, fitted_trees_probabilities
from module2.columns import FEATURES
from module2.encoding import Encoders
from tests.module2.small_table import training_table


def test_probabilities_in_service_are_those_of_training() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    booster = fit_boosted_trees(matrix, labels, np.ones(rows.height), rounds=20)
    trees = parse_lightgbm(booster.model_to_string())
    expected = fitted_trees_probabilities(booster, matrix)
    np.testing.assert_array_equal(lightgbm_probabilities(trees, matrix), expected)


def test_the_feature_that_tells_the_classes_apart_contributes_most() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    booster = fit_boosted_trees(matrix, labels, np.ones(rows.height), rounds=200)
    trees = parse_lightgbm(booster.model_to_string())
    conditions = LeafConditions.of(trees)
    found = np.array([shares(trees, conditions, row) for row in matrix])
    assert np.argmax(np.abs(found).sum(axis=0)) == FEATURES.index("avg_size")
