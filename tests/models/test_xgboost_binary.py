import numpy as np
import pytest
import xgboost

from models.xgboost_binary import parse_xgboost
from tests.models.small_trees import LABELS, ODD, ROWS, xgboost_trees

# XGBoost takes no infinite values.
FINITE = ODD[~np.isinf(ODD).any(axis=1)]


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    return xgboost_trees()


@pytest.mark.parametrize("times", [1, 10])
def test_log_odds_are_xgboost_s_to_the_last_bit(booster: xgboost.Booster, times: int) -> None:
    trees = parse_xgboost(bytes(booster.save_raw("ubj")))
    rows = np.tile(FINITE, (times, 1))
    expected = booster.predict(xgboost.DMatrix(rows), output_margin=True)
    np.testing.assert_array_equal(trees.log_odds(rows), expected)


def test_probabilities_are_xgboost_s_but_for_the_last_bits(booster: xgboost.Booster) -> None:
    trees = parse_xgboost(bytes(booster.save_raw("ubj")))
    expected = booster.predict(xgboost.DMatrix(FINITE))
    assert trees.probabilities(FINITE).dtype == expected.dtype
    np.testing.assert_allclose(trees.probabilities(FINITE), expected, rtol=0, atol=2.0**-22)


def test_the_base_is_that_of_the_training_rows() -> None:
    booster = xgboost.train(
        {"objective": "binary:logistic", "min_child_weight": 1e9},
        xgboost.DMatrix(ROWS, LABELS),
        1,
    )
    trees = parse_xgboost(bytes(booster.save_raw("ubj")))
    expected = booster.predict(xgboost.DMatrix(FINITE), output_margin=True)
    np.testing.assert_array_equal(trees.log_odds(FINITE), expected)


def test_another_objective_is_refused() -> None:
    booster = xgboost.train({}, xgboost.DMatrix(ROWS, LABELS), 1)
    with pytest.raises(ValueError, match="binary:logistic"):
        parse_xgboost(bytes(booster.save_raw("ubj")))


def test_categorical_splits_are_refused() -> None:
    rows = np.abs(np.round(np.nan_to_num(ROWS)))
    data = xgboost.DMatrix(rows, LABELS, feature_types=["c"] * 4, enable_categorical=True)
    booster = xgboost.train({"objective": "binary:logistic", "max_cat_to_onehot": 1}, data, 3)
    with pytest.raises(ValueError, match="categorical"):
        parse_xgboost(bytes(booster.save_raw("ubj")))


def test_a_model_cut_off_anywhere_is_refused(booster: xgboost.Booster) -> None:
    whole = bytes(booster.save_raw("ubj"))
    for length in range(0, len(whole), len(whole) // 60):
        with pytest.raises(ValueError, match="cut off"):
            parse_xgboost(whole[:length])


@pytest.mark.parametrize("content", [b"{}", b"Z", b"[]", b"{i\x07learnerZ}"])
def test_something_else_in_the_same_format_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"Error"):
        parse_xgboost(content)
