from pathlib import Path

import lightgbm
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from models.errors import ModelError
from models.lightgbm_text import parse_lightgbm
from models.many_classes import ClassForest, lightgbm_class_probabilities
from models.storage import load_class_forest, load_lightgbm, save_class_forest
from tests.models.small_trees import ODD, ROWS

CLASSES = 3
LABELS = np.digitize(np.nan_to_num(ROWS[:, 0]), [-0.5, 0.5])
FINITE = ODD[~np.isinf(ODD).any(axis=1)]


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(n_estimators=7, random_state=1).fit(ROWS, LABELS)


def booster() -> lightgbm.Booster:
    parameters = {"objective": "multiclass", "num_class": CLASSES, "verbosity": -1, "seed": 1}
    return lightgbm.train(parameters, lightgbm.Dataset(ROWS, LABELS), num_boost_round=4)


@pytest.mark.parametrize("times", [1, 10])
def test_a_forest_gives_scikit_learn_s_probabilities(times: int) -> None:
    grown, rows = forest(), np.tile(FINITE, (times, 1))
    expected = grown.predict_proba(rows.astype(np.float32))
    np.testing.assert_allclose(ClassForest.of(grown).probabilities(rows), expected, atol=1e-12)


def test_boosted_trees_give_lightgbm_s_probabilities() -> None:
    fitted = booster()
    trees = parse_lightgbm(fitted.model_to_string(), f"multiclass num_class:{CLASSES}")
    found = lightgbm_class_probabilities(trees, ODD, CLASSES)
    np.testing.assert_allclose(found, fitted.predict(ODD), atol=1e-12)


def test_no_rows_have_no_probabilities() -> None:
    assert ClassForest.of(forest()).probabilities(np.empty((0, 4))).shape == (0, CLASSES)


def test_a_forest_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_class_forest(tmp_path / "forest.npz", forest())
    read = load_class_forest(tmp_path / "forest.npz")
    expected = ClassForest.of(forest()).probabilities(FINITE)
    np.testing.assert_array_equal(read.probabilities(FINITE), expected)


def test_a_file_that_is_no_forest(tmp_path: Path) -> None:
    (tmp_path / "forest.npz").write_bytes(b"no archive")
    with pytest.raises(ModelError, match="not a random forest"):
        load_class_forest(tmp_path / "forest.npz")


def test_boosted_trees_of_another_number_of_classes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "trees.txt"
    path.write_text(booster().model_to_string(), encoding="utf-8")
    with pytest.raises(ModelError, match="num_class:9"):
        load_lightgbm(path, 9)


def test_shares_that_do_not_fit_the_nodes_are_refused() -> None:
    grown = ClassForest.of(forest())
    with pytest.raises(ValueError, match="differ"):
        ClassForest(grown.trees, grown.shares[1:])
