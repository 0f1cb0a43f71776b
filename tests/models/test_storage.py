import contextlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import lightgbm
import numpy as np
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier

from models.errors import ModelError
from models.forest import forest_probabilities
from models.lightgbm_text import lightgbm_probabilities
from models.storage import (
    load_arrays,
    load_forest,
    load_json,
    load_lightgbm,
    load_xgboost,
    save_arrays,
    save_forest,
    save_json,
    save_lightgbm,
    save_xgboost,
)
from tests.models import small_trees
from tests.models.small_trees import ROWS

TRAIN_AND_SAVE_A_FOREST = """
import sys
from pathlib import Path
from models.storage import save_forest
from tests.models.small_trees import forest
ballast = [object() for _ in range(int(sys.argv[2]))]  # moves what follows to other addresses
save_forest(Path(sys.argv[1]), forest())
"""


@pytest.fixture(scope="module")
def forest() -> RandomForestClassifier:
    return small_trees.forest()


@pytest.fixture(scope="module")
def boosted_trees() -> lightgbm.Booster:
    return small_trees.boosted_trees(5)


@pytest.fixture(scope="module")
def xgboost_trees() -> xgboost.Booster:
    return small_trees.xgboost_trees(5)


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
    path = tmp_path / "forest.npz"
    save_forest(path, forest)
    expected = forest.predict_proba(ROWS.astype(np.float32))[:, 1]
    np.testing.assert_array_equal(forest_probabilities(load_forest(path), ROWS), expected)


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
    save_forest(two, small_trees.forest(seed=4))
    assert one.read_bytes() != two.read_bytes()


def test_a_forest_file_holds_nothing_that_only_an_unpickler_reads(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.npz"
    save_forest(path, forest)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as content:
                np.lib.format.read_array(content, allow_pickle=False)


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "forest.npz"
    np.savez(path, roots=np.array([{}], dtype=object))
    with pytest.raises(ModelError, match="not a random forest"):
        load_forest(path)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\3\4" + bytes(60)])
def test_a_file_that_is_no_forest_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "forest.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"forest\.npz: not a random forest"):
        load_forest(path)


def test_a_forest_cut_off_anywhere_is_an_error(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.npz"
    save_forest(path, forest)
    whole = path.read_bytes()
    for length in range(0, len(whole), len(whole) // 20):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError):
            load_forest(path)


def test_a_forest_with_a_changed_byte_loads_or_is_an_error(
    tmp_path: Path, forest: RandomForestClassifier
) -> None:
    path = tmp_path / "forest.npz"
    save_forest(path, forest)
    whole = path.read_bytes()
    for position in range(0, len(whole), 23):
        changed = bytearray(whole)
        changed[position] ^= 0x55
        path.write_bytes(changed)
        with contextlib.suppress(ModelError):
            load_forest(path)


def test_an_archive_of_other_arrays_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "forest.npz"
    save_arrays(path, {"words": np.array(["a"])})
    with pytest.raises(ModelError, match="not a random forest"):
        load_forest(path)


def test_arrays_read_back(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    save_arrays(path, {"words": np.array(["a", "bc"]), "numbers": np.arange(3)})
    arrays = load_arrays(path)
    assert arrays["words"].tolist() == ["a", "bc"]
    assert arrays["numbers"].tolist() == [0, 1, 2]


def test_what_is_no_array_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("words.npy", b"no array")
    with pytest.raises(ValueError, match="no array"):
        load_arrays(path)


def test_lightgbm_predicts_the_same_after_reading(
    tmp_path: Path, boosted_trees: lightgbm.Booster
) -> None:
    path = tmp_path / "gbdt.txt"
    save_lightgbm(path, boosted_trees)
    found = lightgbm_probabilities(load_lightgbm(path), ROWS)
    np.testing.assert_array_equal(found, boosted_trees.predict(ROWS))


@pytest.mark.parametrize("content", [b"", b"tree\nversion=v4\n", b"\xff\xfe"])
def test_a_file_that_is_no_lightgbm_model_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gbdt.txt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"gbdt\.txt: not a LightGBM model"):
        load_lightgbm(path)


def test_a_lightgbm_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gbdt\.txt"):
        load_lightgbm(tmp_path / "gbdt.txt")


def test_xgboost_predicts_the_same_after_reading(
    tmp_path: Path, xgboost_trees: xgboost.Booster
) -> None:
    path = tmp_path / "model.ubj"
    save_xgboost(path, xgboost_trees)
    expected = xgboost_trees.predict(xgboost.DMatrix(ROWS), output_margin=True)
    np.testing.assert_array_equal(load_xgboost(path).log_odds(ROWS), expected)


@pytest.mark.parametrize("content", [b"", b"text", b"{}", b"\xff\xfe"])
def test_a_file_that_is_no_xgboost_model_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.ubj"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.ubj: not an XGBoost model"):
        load_xgboost(path)


def test_an_xgboost_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.ubj"):
        load_xgboost(tmp_path / "model.ubj")


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_json_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "codes.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError):
        load_json(path)
