import lightgbm
import numpy as np
import pytest

from models.lightgbm_text import lightgbm_log_odds, lightgbm_probabilities, parse_lightgbm
from tests.models.small_trees import LABELS, ODD, ROWS, boosted_trees


@pytest.fixture(scope="module")
def booster() -> lightgbm.Booster:
    return boosted_trees()


@pytest.mark.parametrize("times", [1, 10])
def test_probabilities_and_log_odds_are_lightgbm_s_to_the_last_bit(
    booster: lightgbm.Booster, times: int
) -> None:
    trees = parse_lightgbm(booster.model_to_string())
    rows = np.tile(ODD, (times, 1))
    np.testing.assert_array_equal(lightgbm_probabilities(trees, rows), booster.predict(rows))
    odds = booster.predict(rows, raw_score=True)
    np.testing.assert_array_equal(lightgbm_log_odds(trees, rows), odds)


def test_a_tree_without_splits_is_one_leaf() -> None:
    settings = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 200}
    booster = lightgbm.train(settings, lightgbm.Dataset(ROWS, LABELS), 2)
    trees = parse_lightgbm(booster.model_to_string())
    np.testing.assert_array_equal(lightgbm_probabilities(trees, ODD), booster.predict(ODD))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"objective": "regression"}, "objective"),
        ({"linear_tree": True}, "linear"),
        ({"zero_as_missing": True}, "zeros as missing"),
    ],
)
def test_models_that_this_reader_does_not_know_are_refused(
    settings: dict[str, object], message: str
) -> None:
    every = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 2, **settings}
    rows = np.abs(np.nan_to_num(ROWS))
    booster = lightgbm.train(every, lightgbm.Dataset(rows, LABELS, params=every), 5)
    with pytest.raises(ValueError, match=message):
        parse_lightgbm(booster.model_to_string())


def test_categorical_splits_are_refused() -> None:
    rows = np.abs(np.round(np.nan_to_num(ROWS)))
    data = lightgbm.Dataset(rows, LABELS, categorical_feature=[0, 1, 2, 3])
    settings = {"objective": "binary", "verbosity": -1, "min_data_per_group": 1}
    booster = lightgbm.train(settings, data, 5)
    with pytest.raises(ValueError, match="categorical"):
        parse_lightgbm(booster.model_to_string())


@pytest.mark.parametrize("column", ["left_child", "split_feature", "decision_type"])
@pytest.mark.parametrize("value", ["nan", "-inf", "1e300"])
def test_numbers_that_cannot_be_are_refused(
    booster: lightgbm.Booster, column: str, value: str
) -> None:
    text = booster.model_to_string(num_iteration=2)
    begin = text.index(f"\n{column}=") + len(column) + 2
    changed = text[:begin] + value + text[text.index(" ", begin) :]
    with pytest.raises(ValueError, match=f"{column} has values"):
        parse_lightgbm(changed)


@pytest.mark.parametrize("leaves", ["-1", "99999999999999", "9" * 30])
def test_more_nodes_than_there_are_take_no_memory(booster: lightgbm.Booster, leaves: str) -> None:
    text = booster.model_to_string(num_iteration=2)
    changed = text.replace("num_leaves=", f"num_leaves={leaves}\nx=", 1)
    with pytest.raises(ValueError, match="too few or too many"):
        parse_lightgbm(changed)


def test_a_model_cut_off_anywhere_is_refused(booster: lightgbm.Booster) -> None:
    text = booster.model_to_string(num_iteration=2)
    end = text.index("end of parameters")
    for length in range(0, end, end // 60):
        with pytest.raises(ValueError, match="cut off"):
            parse_lightgbm(text[:length])


def test_a_row_of_another_length_is_refused(booster: lightgbm.Booster) -> None:
    text = booster.model_to_string(num_iteration=1).replace("threshold=", "threshold=1 ", 1)
    with pytest.raises(ValueError, match="threshold has too few or too many values"):
        parse_lightgbm(text)
