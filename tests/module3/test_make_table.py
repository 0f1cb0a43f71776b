from pathlib import Path

import polars as pl

from module3.make_table import main, make_table
from module3.training_rows import DATA, TABLE, read_training_rows
from tests.module3.labelled_flows import labelled_flows
from tests.module3.test_public_tables import written
from training.tables import write_table


def test_a_table_is_made_from_public_ones(tmp_path: Path) -> None:
    source = written(tmp_path, 1e6)
    assert main([f"2017={source}", "--data", str(tmp_path / "data")]) == 0
    made = read_training_rows(tmp_path / "data" / TABLE)
    assert made["Source"].unique().to_list() == ["2017"]
    assert len(made) == len(labelled_flows(("2017",)))


def test_rows_stand_by_source_and_label_and_equal_ones_once(tmp_path: Path) -> None:
    first = written(tmp_path, 1e6, name="first.csv.gz")
    parts = {"2018": first, "2017": first}
    found = make_table(parts).select("Source", "Label")
    assert found.rows() == sorted(found.rows())
    assert found["Source"].unique(maintain_order=True).to_list() == ["2017", "2018"]
    doubled = pl.concat([pl.read_csv(first)] * 2)
    write_table(tmp_path / "doubled.csv.gz", doubled)
    assert make_table({"2017": tmp_path / "doubled.csv.gz"}).height == found.height / 2


def test_own_flows_stand_beside_those_of_the_shipped_table(tmp_path: Path) -> None:
    source = written(tmp_path, 1e6)
    assert main([f"office={source}", "--with-shipped", "--data", str(tmp_path)]) == 0
    made = read_training_rows(tmp_path / TABLE)
    assert made.filter(pl.col("Source") != "office").equals(read_training_rows(DATA / TABLE))
    assert made["Source"].unique().sort().to_list() == ["2017", "2018", "office"]


def test_a_source_that_is_no_table(tmp_path: Path) -> None:
    assert main([f"2017={tmp_path / 'missing.csv'}", "--data", str(tmp_path)]) == 3
