import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.card import MODELS, read_card
from models.errors import ModelError
from module3.detect import load
from module3.evaluate import evaluate, measured, said_by, text
from module3.training_rows import DATA, TABLE, read_training_rows
from training.tables import TableError, write_table


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return evaluate()


def test_every_row_was_held_back_once_and_is_measured_by_source(found: dict[str, Any]) -> None:
    rows = read_training_rows(DATA / TABLE)
    for source, figures in found["by_source"].items():
        assert figures["in_service"]["rows"] == len(rows.filter(Source=source))
    assert list(found["by_source"]) == ["2017", "2018"]
    shown = text(found)
    assert "random forest, 2018, rows held back from training" in shown
    assert "trained on 2017, measured on 2018" in shown


def test_the_shipped_models_are_as_good_as_their_card_says(found: dict[str, Any]) -> None:
    known = read_card(MODELS / "module3").metrics["by_source"]
    for source, figures in found["by_source"].items():
        assert figures == known[source]
    of_2017 = known["2017"]["gbdt"]["classes"]["Infilteration"]
    assert of_2017["f1-score"] >= 0.95


def test_of_a_file_rows_that_were_trained_on_do_not_count(tmp_path: Path) -> None:
    rows = read_training_rows(DATA / TABLE).filter(Source="2018", Label="SSH-Bruteforce")
    packets = pl.col("Tot Fwd Pkts") + pl.col("Tot Bwd Pkts")
    others = rows.head(3).with_columns(pl.col("Tot Fwd Pkts") + 1000)
    path = tmp_path / "flows.csv"
    both = pl.concat([rows, others])
    write_table(path, both.with_columns((packets / pl.col("Flow Duration")).alias("Flow Pkts/s")))
    counted = evaluate(file=path)["by_source"]["flows.csv"]["in_service"]["rows"]
    assert counted == pytest.approx(len(others), abs=2)


def test_a_file_of_rows_that_were_trained_on_measures_nothing(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    packets = pl.col("Tot Fwd Pkts") + pl.col("Tot Bwd Pkts")
    rows = read_training_rows(DATA / TABLE).filter(pl.col("Flow Duration") > 0.1).head(5)
    write_table(path, rows.with_columns((packets / pl.col("Flow Duration")).alias("Flow Pkts/s")))
    with pytest.raises(TableError, match="trained on all of its rows"):
        evaluate(file=path)


def test_what_the_product_says_is_counted() -> None:
    rows = read_training_rows(DATA / TABLE).filter(Source="2017").head(500)
    said = said_by(load(), rows)
    assert said["Label"].to_list() == rows["Label"].to_list()
    service = measured(said)["in_service"]
    assert service["rows"] == 500
    assert 0 <= service["not_assessed"] <= 0.1


def test_a_folder_without_what_was_said_of_rows_held_back(tmp_path: Path) -> None:
    shutil.copytree(MODELS / "module3", tmp_path / "module3")
    (tmp_path / "module3" / "out_of_fold.csv.gz").unlink()
    with pytest.raises(ModelError, match=r"out_of_fold\.csv\.gz: .*train module3"):
        evaluate(tmp_path)
