import contextlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import lightgbm
import numpy as np
import pytest
import skops.io
import xgboost
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import FunctionTransformer

from models.errors import ModelError
from models.storage import (
    load_forest,
    load_json,
    load_lightgbm,
    load_xgboost,
    save_forest,
    save_json,
    save_lightgbm,
    save_xgboost,
)

ROWS: NDArray[np.float64] = np.random.default_rng(0).normal(size=(80, 4))
LABELS = (ROWS[:, 0] + ROWS[:, 1] ** 2 > 0.5).astype(int)

TRAIN_AND_SAVE_A_FOREST = """
import sys
from pathlib import Path
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from models.storage import save_forest
rows = np.random.default_rng(0).normal(size=(80, 4))
labels = (rows[:, 0] + rows[:, 1] ** 2 > 0.5).astype(int)
ballast = [object() for _ in range(int(sys.argv[2]))]  # moves what follows to other addresses
forest = RandomForestClassifier(7, random_state=3).fit(rows, labels)
save_forest(Path(sys.argv[1]), forest)
"""


@pytest.fixture(scope="module")
def forest() -> RandomForestClassifier:
    return RandomForestClassifier(7, random_state=3).fit(ROWS, LABELS)


@pytest.fixture(scope="module")
def boosted_trees() -> lightgbm.Booster:
    settings = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 2, "num_threads": 1}
    return lightgbm.train(settings, lightgbm.Dataset(ROWS, LABELS), 5)


@pytest.fixture(scope="module")
def xgboost_trees() -> xgboost.Booster:
    settings = {"objective": "binary:logistic", "nthread": 1}
    return xgboost.train(settings, xgboost.DMatrix(ROWS, LABELS), 5)


def run_python(repository: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=repository, capture_output=True, text=True
    )


def test_json_reads_back_and_is_sorted(tmp_path: Path) -> None:
    path = tmp_path / "codes.json"
    save_json(path, {"b": [1.5, None], "a": {"ü": 2}})
    assert load_json(path) == {"a": {"ü": 2}, "b": [1.5, None]}
    assert list(json.loads(path.read_text(encoding="utf-8"))) == ["a", "b"]


def test_json_of_a_value_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        save_json(tmp_path / "codes.json", {"mean": float("nan")})


def test_a_forest_predicts_the_same_after_reading(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.skops"
    save_forest(path, forest)
    np.testing.assert_array_equal(load_forest(path).predict_proba(ROWS), forest.predict_proba(ROWS))


def test_a_forest_is_the_same_bytes_however_often_it_is_written(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    save_forest(one, forest)
    save_forest(two, forest)
    assert one.read_bytes() == two.read_bytes()


def test_a_forest_is_the_same_bytes_from_every_process(
    tmp_path: Path, repository: Path, forest: RandomForestClassifier
) -> None:
    here = tmp_path / "here"
    save_forest(here, forest)
    there = tmp_path / "there"
    done = run_python(repository, TRAIN_AND_SAVE_A_FOREST, str(there), "54321")
    assert done.returncode == 0, done.stderr
    assert there.read_bytes() == here.read_bytes()


def test_another_forest_is_other_bytes(tmp_path: Path, forest: RandomForestClassifier) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    save_forest(one, forest)
    save_forest(two, RandomForestClassifier(7, random_state=4).fit(ROWS, LABELS))
    assert one.read_bytes() != two.read_bytes()


def test_a_forest_file_holds_nothing_that_only_an_unpickler_reads(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.skops"
    save_forest(path, forest)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert all(name == "schema.json" or name.endswith(".npy") for name in names)
        for name in names:
            if name.endswith(".npy"):
                with archive.open(name) as content:
                    np.lib.format.read_array(content, allow_pickle=False)


def test_an_untrusted_type_is_refused_and_its_function_not_run(tmp_path: Path) -> None:
    path = tmp_path / "forest.skops"
    path.write_bytes(skops.io.dumps(FunctionTransformer(func=np.linalg.inv)))
    with pytest.raises(ModelError, match="not a random forest") as caught:
        load_forest(path)
    assert "numpy.linalg" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\3\4" + bytes(60)])
def test_a_file_that_is_no_forest_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "forest.skops"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"forest\.skops: not a random forest"):
        load_forest(path)


def test_a_forest_cut_off_anywhere_is_an_error(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.skops"
    save_forest(path, forest)
    whole = path.read_bytes()
    for length in range(0, len(whole), len(whole) // 20):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError):
            load_forest(path)


def test_a_forest_with_a_changed_byte_loads_or_is_an_error(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.skops"
    save_forest(path, forest)
    whole = path.read_bytes()
    for position in range(0, len(whole), 23):
        changed = bytearray(whole)
        changed[position] ^= 0x55
        path.write_bytes(changed)
        with contextlib.suppress(ModelError):
            load_forest(path)


def test_a_skops_file_of_something_else_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "forest.skops"
    path.write_bytes(skops.io.dumps({"not": "a forest"}))
    with pytest.raises(ModelError):
        load_forest(path)


def test_lightgbm_predicts_the_same_after_reading(
    tmp_path: Path, boosted_trees: lightgbm.Booster
) -> None:
    path = tmp_path / "gbdt.txt"
    save_lightgbm(path, boosted_trees)
    np.testing.assert_array_equal(load_lightgbm(path).predict(ROWS), boosted_trees.predict(ROWS))


def test_lightgbm_is_the_same_bytes_when_written_again(
    tmp_path: Path, boosted_trees: lightgbm.Booster
) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    save_lightgbm(one, boosted_trees)
    save_lightgbm(two, load_lightgbm(one))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("content", [b"", b"tree\nversion=v4\n", b"\xff\xfe"])
def test_a_file_that_is_no_lightgbm_model_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gbdt.txt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"gbdt\.txt: not a LightGBM model"):
        load_lightgbm(path)


def test_a_lightgbm_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gbdt\.txt"):
        load_lightgbm(tmp_path / "gbdt.txt")


@pytest.mark.parametrize("name", ["model.ubj", "model.json"])
def test_xgboost_predicts_the_same_after_reading(
    tmp_path: Path, xgboost_trees: xgboost.Booster, name: str
) -> None:
    path = tmp_path / name
    save_xgboost(path, xgboost_trees)
    matrix = xgboost.DMatrix(ROWS)
    np.testing.assert_array_equal(load_xgboost(path).predict(matrix), xgboost_trees.predict(matrix))


def test_xgboost_is_the_same_bytes_when_written_again(
    tmp_path: Path, xgboost_trees: xgboost.Booster
) -> None:
    one, two = tmp_path / "one.ubj", tmp_path / "two.ubj"
    save_xgboost(one, xgboost_trees)
    save_xgboost(two, load_xgboost(one))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("name", ["model.ubj", "model.json"])
@pytest.mark.parametrize("content", [b"", b"text", b"{}"])
def test_a_file_that_is_no_xgboost_model_is_an_error(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelError, match=f"{name}: not an XGBoost model"):
        load_xgboost(path)


def test_an_xgboost_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.ubj"):
        load_xgboost(tmp_path / "model.ubj")


def test_an_xgboost_file_of_odd_bytes_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError):
        load_xgboost(path)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_json_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "codes.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError):
        load_json(path)
