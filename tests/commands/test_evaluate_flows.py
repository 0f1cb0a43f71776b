import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import project
from module3.figures import Named, figures


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """Return what was measured; the figures are made up."""
    asked: list[Path | None] = []
    service = {
        "not_assessed": 0.5,
        "right_of_assessed": None,
        "called_attacks": 2,
        "right_of_called_attacks": 1.0,
        "benign_called_attacks": 0,
    }
    some = figures(Named(["Benign"], ["Benign"]))
    of_source = {"random_forest": some, "gbdt": some, "in_service": service}

    def evaluate(
        models: Path, file: Path | None, on_warning: Callable[[str], None]
    ) -> dict[str, object]:
        asked.append(file)
        return {"measured_on": "rows", "by_source": {"2018": of_source}, "across_sources": {}}

    monkeypatch.setattr("module3.evaluate.evaluate", evaluate)
    return asked


def test_the_shipped_table_is_measured_unless_a_file_is_named(
    measured: list[Path | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.main(["evaluate", "--flows"]) == 0
    assert project.main(["evaluate", "--flows", "mine.csv"]) == 0
    assert measured == [None, Path("mine.csv")]
    assert "as shown by detect, 2018: 50.0 % NOT ASSESSED, - of the others right" in (
        capsys.readouterr().out
    )


def test_figures_as_json(measured: list[Path | None], capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--flows", "--json", "-"]) == 0
    assert list(json.loads(capsys.readouterr().out)["by_source"]) == ["2018"]


def test_there_is_no_page_of_flow_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--flows", "--html", "page.html"]) == 2
    assert "no page" in capsys.readouterr().err


def test_a_file_that_is_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "flows.csv").write_text("a\n1\n")
    assert project.main(["evaluate", "--flows", str(tmp_path / "flows.csv")]) == 3
    assert "is it a flow table?" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--flows", str(tmp_path / "flows.csv")]) == 3
    assert "not a readable table" in capsys.readouterr().err


def test_flows_that_nobody_has_labelled(
    pcaps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flows = tmp_path / "flows.csv"
    assert project.main(["flows", str(pcaps / "beacon.pcap"), "--out", str(flows), "-q"]) == 0
    assert project.main(["evaluate", "--flows", str(flows)]) == 3
    message = capsys.readouterr().err
    assert message.startswith(f"{flows}: no row whose Label is a class that the models know: no l")
    assert message.count("\n") == 1


def test_rows_of_unknown_classes_are_counted_even_when_quiet(
    pcaps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flows = tmp_path / "flows.csv"
    project.main(["flows", str(pcaps), "--out", str(flows), "-q"])
    table = pl.read_csv(flows, infer_schema=False)
    labels = ["BENIGN" if number % 2 else "PortScan" for number in range(len(table))]
    table.with_columns(Label=pl.Series(labels)).write_csv(flows)
    assert project.main(["evaluate", "--flows", str(flows), "-q"]) == 0
    shown = capsys.readouterr()
    counted = f"left out {labels.count('PortScan')} of {len(labels)} rows"
    assert counted in shown.err
    assert "PortScan (" in shown.err
    assert "flows.csv, rows that were not trained on" in shown.out
