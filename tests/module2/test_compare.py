from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.card import digest
from models.storage import load_json, save_json
from module2.compare import compare, comparison_of, main
from module2.table_names import CTU_TABLE, SHIPPED_TABLE, TABLES
from tests.module2.small_table import SMALL_ALGORITHMS, training_table
from training.tables import write_table


def test_each_choice_is_measured_for_each_model() -> None:
    rows = training_table(families=2, captures=2)
    ctu = training_table(families=1, captures=1).with_columns(capture=pl.lit("ctu"))
    figures = compare(rows, ctu, seeds=(1,), algorithms=SMALL_ALGORITHMS)
    assert sorted(figures) == ["gbdt", "random_forest"]
    for choices in figures.values():
        assert sorted(choices) == [
            "30 features of the original",
            "30 features of the original, CTU table added",
            "51 classic features",
            "51 classic features, CTU table added",
            "all features",
            "all features but the list of domains, CTU table added",
            "all features, CTU table added",
        ]
        for measured in choices.values():
            assert all(0 <= figure <= 1 for figure in measured.values())


def test_figures_of_another_table_are_not_taken(tmp_path: Path) -> None:
    table = tmp_path / "servers.csv"
    write_table(table, training_table(families=1, captures=1))
    assert comparison_of(table) is None
    save_json(tmp_path / "comparison.json", {"table": digest(table), "figures": {}})
    assert comparison_of(table) == tmp_path / "comparison.json"
    write_table(table, training_table(families=2, captures=1))
    assert comparison_of(table) is None


def test_command_stores_the_figures_of_its_table_and_prints_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = tmp_path / TABLES
    write_table(tables / SHIPPED_TABLE, training_table(families=1, captures=1))
    write_table(tables / CTU_TABLE, training_table(families=1, captures=2))
    found = {"gbdt": {"all features": {"average_precision": 0.5}}}
    heights: list[int] = []

    def measured(rows: pl.DataFrame, ctu: pl.DataFrame) -> dict[str, dict[str, Any]]:
        heights.extend((len(rows), len(ctu)))
        return found

    monkeypatch.setattr("module2.compare.compare", measured)
    assert main(["--data", str(tmp_path)]) == 0
    assert heights == [8, 12]
    assert capsys.readouterr().out == "gbdt, all features: average_precision 0.500\n"
    stored = comparison_of(tables / SHIPPED_TABLE)
    assert stored is not None
    assert load_json(stored)["figures"] == found


def test_without_tables_the_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 3
    assert "servers.csv.gz: not a readable table" in capsys.readouterr().err
