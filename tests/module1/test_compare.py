from pathlib import Path

import polars as pl
import pytest

from models.card import digest
from models.storage import save_json
from module1.compare import CHOICES, COMPARISON, compare, main, stored_figures
from module1.contest import CONTEST_SCHEMA
from module1.fitting import SHIPPED, Settings
from module1.tables import ADDED, CONNECTIONS, in_table_form
from tests.module1.synthetic import labelled_connections
from training.tables import write_table

ROWS = in_table_form(labelled_connections(families=4, per_capture=4))


def test_the_first_choice_is_what_is_shipped_and_others_differ() -> None:
    assert CHOICES["as shipped"] == SHIPPED
    assert len(set(CHOICES.values())) == len(CHOICES)


def test_each_choice_has_figures() -> None:
    choices = {"plain": Settings(rounds=15), "with addresses": Settings(addresses=True, rounds=15)}
    found = compare(ROWS, pl.DataFrame(schema=CONTEST_SCHEMA), choices)
    assert list(found) == ["plain", "with addresses"]
    assert found["plain"]["servers_average_precision"] > 0.5


def test_stored_figures_count_only_for_the_rows_they_were_measured_on(tmp_path: Path) -> None:
    write_table(tmp_path / CONNECTIONS, ROWS)
    assert stored_figures(tmp_path) == {}
    figures = {"as shipped": {"servers_average_precision": 0.5}}
    content = {"connections": digest(tmp_path / CONNECTIONS), "figures": figures}
    save_json(tmp_path / COMPARISON, content)
    assert stored_figures(tmp_path) == figures
    write_table(tmp_path / ADDED, ROWS)
    assert stored_figures(tmp_path) == {}
    (tmp_path / ADDED).unlink()
    write_table(tmp_path / CONNECTIONS, ROWS.head(3))
    assert stored_figures(tmp_path) == {}


def test_no_training_data_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1
