from pathlib import Path

import polars as pl
import pytest

from module3.bound import bounds, main, oracle
from module3.training_rows import TABLE
from tests.module3.labelled_flows import labelled_flows
from training.tables import write_table

REMAINDER = {"TotLen Fwd Pkts": 0.0, "TotLen Bwd Pkts": 0.0, "Tot Fwd Pkts": 2.0}


def remainders(durations: dict[str, list[float]]) -> pl.DataFrame:
    """Return rows without data that differ in their durations (seconds) alone, by label."""
    first = labelled_flows(("2018",)).head(1)
    rows = [
        first.with_columns(
            **{name: pl.lit(value) for name, value in REMAINDER.items()},
            **{"Flow Duration": pl.lit(duration), "Label": pl.lit(label)},
        )
        for label, each in durations.items()
        for duration in each
    ]
    return pl.concat(rows)


def test_rows_that_look_alike_get_the_most_frequent_class() -> None:
    rows = remainders({"Benign": [1e-5], "Bot": [2e-5, 3e-5]})
    assert oracle(rows, durations=False) == ["Bot"] * 3


def test_durations_tell_rows_apart() -> None:
    rows = remainders({"Benign": [1e-5], "Bot": [1e-3, 1.01e-3]})
    assert oracle(rows, durations=True) == ["Benign", "Bot", "Bot"]


def test_rows_with_data_are_right() -> None:
    rows = labelled_flows()
    assert oracle(rows, durations=False) == rows["Label"].to_list()
    assert bounds(rows)["2018 without times"]["macro_f1_of_five"] == 1.0


def test_the_command_prints_every_bound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(tmp_path / TABLE, labelled_flows())
    assert main(["--data", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "2018 without times: macro F1 over the five 1.0" in lines


def test_a_folder_without_the_table(tmp_path: Path) -> None:
    assert main(["--data", str(tmp_path)]) == 3
