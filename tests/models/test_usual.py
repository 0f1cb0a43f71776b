import json
import math
from pathlib import Path

import polars as pl
import pytest

from models.card import CARD, MODELS
from models.errors import ModelError
from models.usual import (
    CONNECTIONS,
    FILE,
    SERVERS,
    Usual,
    fit_names,
    fit_usual,
    load_usual,
    write_usual,
)
from module1.encoders import Encoders
from module1.tables import DATA
from module1.train import write_normal_connections
from module2.table_names import SHIPPED_TABLE, TABLES
from module2.train import write_normal_servers
from training.dataset_folders import DATASET

ROWS = pl.DataFrame(
    {
        "flag": [0, 1, 1, 1],
        "share": [None, 0.0, 0.25, 1.0],
        "even": [0.1, 0.2, 0.3, 1.0],
        "size": [0.0, 1.0, 1.0, 700.0],
        "cipher": ["AES", "AES", None, "between"],
    }
)
USUAL = fit_usual(ROWS, ROWS.columns, ["size"])


@pytest.mark.parametrize(
    ("feature", "value", "share"),
    [
        ("flag", True, 0.75),
        ("flag", 0.0, 0.25),
        ("share", 0.5, 0.25),
        ("share", None, 0.25),
        ("share", math.nan, 0.25),
        ("cipher", "AES", 0.5),
        ("cipher", "between", 0.25),
        ("cipher", "RC4", 0.0),
        ("even", 0.2, None),
        ("size", 1.0, None),
        ("unknown", 1.0, None),
    ],
)
def test_how_many_have_the_value(feature: str, value: object, share: float | None) -> None:
    assert USUAL.alike(feature, value) == share


def test_of_names_only_frequent_ones_are_kept() -> None:
    names = fit_names(
        pl.DataFrame({"sni_words": ["a"] * 600 + [f"b{each}" for each in range(399)] + [None]})
    )
    assert names.shares == {"sni_words": {"rare": 0.005, "=a": 0.6}}
    assert names.alike("sni_words", "b7") == names.alike("sni_words", "unseen") == 0.005


def test_features_that_get_a_range_have_one() -> None:
    assert USUAL.ranges == {"size": (0.0, 700.0)}


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / SERVERS
    write_usual(folder, USUAL, [])
    assert load_usual(folder) == USUAL


def test_a_folder_of_an_earlier_program_has_nothing(tmp_path: Path) -> None:
    assert load_usual(tmp_path / SERVERS) == Usual()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / SERVERS
    write_usual(folder, USUAL, [])
    (folder / FILE).write_text("{}")
    with pytest.raises(ModelError, match="differs from its card"):
        load_usual(folder)


@pytest.mark.parametrize("content", ["{}", '{"shares": {"a": 1}, "ranges": {}}', "[]"])
def test_a_file_of_something_else_is_refused(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / SERVERS
    write_usual(folder, USUAL, [])
    (folder / FILE).write_text(content)
    monkeypatch.setattr("models.usual.read_card", lambda folder: None)
    with pytest.raises(ModelError, match="no shares of normal rows"):
        load_usual(folder)


def test_the_shipped_folders_are_made_of_the_shipped_tables(tmp_path: Path) -> None:
    write_normal_servers((DATASET / TABLES / SHIPPED_TABLE,), tmp_path)
    write_normal_connections(DATA, tmp_path, Encoders.load(MODELS / "module1"))
    for name in (SERVERS, CONNECTIONS):
        for file in (FILE, CARD):
            made, shipped = (folder / name / file for folder in (tmp_path, MODELS))
            assert json.loads(made.read_text()) == json.loads(shipped.read_text())
            assert made.read_bytes() == shipped.read_bytes()
