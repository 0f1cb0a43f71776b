from pathlib import Path

import polars as pl
import pytest

from module2.training_rows import TrainingError, read_training_rows
from tests.module2.small_table import training_table
from training.tables import TableError, write_table


def test_rows_of_several_tables_with_the_same_features_count_once(tmp_path: Path) -> None:
    rows = training_table()
    write_table(tmp_path / "a.csv", rows)
    write_table(tmp_path / "b.csv", rows.head(5).with_columns(capture=pl.lit("copy")))
    read = read_training_rows([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert read.equals(rows)


@pytest.mark.parametrize("label", [0, 1])
def test_rows_of_one_class_are_not_enough(tmp_path: Path, label: int) -> None:
    write_table(tmp_path / "a.csv", training_table().filter(pl.col("label") == label))
    with pytest.raises(TrainingError, match=r"a\.csv: need malicious and normal rows"):
        read_training_rows([tmp_path / "a.csv"])


def test_a_table_without_all_features_is_an_error(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", training_table().drop("avg_TTL"))
    with pytest.raises(TableError, match="no column avg_TTL"):
        read_training_rows([tmp_path / "a.csv"])
