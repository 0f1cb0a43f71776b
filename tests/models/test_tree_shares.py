from itertools import combinations
from math import factorial

import numpy as np
import xgboost

from models.lightgbm_text import parse_lightgbm
from models.tree_shares import LeafConditions, shares
from models.trees import Trees, in_single_precision
from models.xgboost_binary import parse_xgboost
from tests.models.small_trees import ODD, boosted_trees, xgboost_trees
from tests.models.test_trees import tree

FINITE = ODD[~np.isinf(ODD).any(axis=1)]


def all_shares(trees: Trees, rows: np.ndarray) -> np.ndarray:
    conditions = LeafConditions.of(trees)
    return np.array([shares(trees, conditions, row) for row in rows])


def test_shares_are_lightgbm_s() -> None:
    booster = boosted_trees()
    expected = np.asarray(booster.predict(ODD, pred_contrib=True))[:, :-1]
    found = all_shares(parse_lightgbm(booster.model_to_string()), ODD)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_shares_are_xgboost_s_in_single_precision() -> None:
    booster = xgboost_trees()
    expected = booster.predict(xgboost.DMatrix(FINITE), pred_contribs=True)[:, :-1]
    trees = parse_xgboost(bytes(booster.save_raw("ubj"))).trees
    found = all_shares(trees, in_single_precision(FINITE))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-6)


def test_shares_are_the_mean_over_all_orders_of_the_features() -> None:
    def expected_value(known: tuple[int, ...]) -> float:
        """Return the mean of the tree for the row (0, 0), where only some features are known."""
        below = 30.0 if 1 in known else (2 * 20 + 4 * 30) / 6
        return below if 0 in known else (6 * below + 4 * 10) / 10

    found = shares(tree(), LeafConditions.of(tree()), np.array([0.0, 0.0]))
    for feature in (0, 1):
        other = (1 - feature,)
        gains = [
            expected_value((*known, feature)) - expected_value(known)
            for size in (0, 1)
            for known in combinations(other, size)
        ]
        assert np.isclose(found[feature], sum(gains) / factorial(2))


def test_a_tree_without_splits_moves_nothing() -> None:
    leaf = Trees(
        *(np.zeros(1, np.intp), np.zeros((1, 2), np.intp), np.zeros(1, np.intp)),
        *(np.zeros(1), np.zeros(1, bool), np.array([5.0]), np.ones(1)),
    )
    assert shares(leaf, LeafConditions.of(leaf), np.zeros(3)).tolist() == [0, 0, 0]
