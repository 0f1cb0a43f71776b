from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.card import MODELS, read_card
from module3.detect import load
from module3.evaluate import evaluate, measured, text
from module3.training_rows import DATA, TABLE, held_back, read_training_rows
from training.tables import write_table


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return evaluate()


def test_the_rows_held_back_are_measured_by_source(found: dict[str, Any]) -> None:
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
    path = tmp_path / "flows.csv"
    write_table(path, rows.with_columns((packets / pl.col("Flow Duration")).alias("Flow Pkts/s")))
    counted = evaluate(file=path)["by_source"]["flows.csv"]["in_service"]["rows"]
    all_rows = read_training_rows(DATA / TABLE)
    held = all_rows.filter(held_back(all_rows)).filter(Source="2018", Label="SSH-Bruteforce")
    assert counted == pytest.approx(len(held), abs=2)


def test_what_the_product_says_is_counted() -> None:
    rows = read_training_rows(DATA / TABLE)
    found = measured(load(), rows.filter(held_back(rows)).filter(Source="2017").head(500))
    service = found["in_service"]
    assert service["rows"] == 500
    assert 0 <= service["not_assessed"] <= 0.1
