import json
from typing import Any

import pytest

import project

FIGURES: dict[str, Any] = {
    "rows": 10,
    "malicious": 2,
    "folds": 5,
    "models": {
        name: {
            "best_f1": {"value": 0.9, "interval": [0.88, 0.92]},
            "average_precision": {"value": 0.95, "interval": [0.94, 0.96]},
        }
        for name in ("random_forest", "gbdt")
    },
}


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit nothing: the figures are made up."""
    monkeypatch.setattr("evaluation.ctu_folds.measured", lambda rows: FIGURES)


def test_figures_of_the_ctu_table_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--ctu"]) == 0
    printed = capsys.readouterr().out
    assert "10 servers, 2 malicious" in printed
    assert "random forest   0.900 (0.880 to 0.920)" in printed


def test_figures_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--ctu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == FIGURES


def test_there_is_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--ctu", "--html", "page.html"]) == 2
    assert "--ctu gives figures as text or --json, no page" in capsys.readouterr().err


def test_it_excludes_the_other_measurements(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        project.main(["evaluate", "--ctu", "--full"])
    assert ending.value.code == 2
