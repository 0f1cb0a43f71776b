from pathlib import Path

import polars as pl
import pytest

from models.errors import ModelError
from models.feature_ranges import NORMAL, fit_ranges, load_ranges, save_ranges


def test_ranges_hold_nine_of_ten_known_values() -> None:
    rows = pl.DataFrame({"size": [None, *range(101)], "name": ["x"] * 102, "empty": [None] * 102})
    rows = rows.with_columns(pl.col("empty").cast(pl.Float64))
    assert fit_ranges(rows, ["size", "name", "empty"]) == {"size": (5.0, 95.0)}


def test_no_numeric_feature_gives_no_ranges() -> None:
    assert fit_ranges(pl.DataFrame({"name": ["x"]}), ["name"]) == {}


def test_ranges_come_back_as_saved(tmp_path: Path) -> None:
    save_ranges(tmp_path / NORMAL, {"size": (0.1, 2.5)})
    assert load_ranges(tmp_path / NORMAL) == {"size": (0.1, 2.5)}


@pytest.mark.parametrize("text", ["", "[1]", '{"size": [1]}', '{"size": ["x", 2]}'])
def test_another_file_is_a_model_error(tmp_path: Path, text: str) -> None:
    (tmp_path / NORMAL).write_text(text)
    with pytest.raises(ModelError):
        load_ranges(tmp_path / NORMAL)
