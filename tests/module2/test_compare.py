from pathlib import Path

import polars as pl
import pytest

from models.card import digest
from models.storage import save_json
from module2.compare import compare, comparison_of, main
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


def test_without_tables_the_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 3
    assert "servers.csv.gz: not a readable table" in capsys.readouterr().err
