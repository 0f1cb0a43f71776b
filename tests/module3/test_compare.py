import json
from pathlib import Path

import pytest

from module3.compare import COMPARISON, main
from module3.training_rows import TABLE
from tests.module3.labelled_flows import labelled_flows
from tests.module3.small_models import quick
from training.tables import write_table


def test_every_choice_is_measured_on_every_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quick(monkeypatch)
    write_table(tmp_path / TABLE, labelled_flows())
    assert main(["--data", str(tmp_path)]) == 0
    figures = json.loads((tmp_path / COMPARISON).read_text())["figures"]
    assert set(figures) == {"random_forest", "gbdt"}
    for choices in figures.values():
        assert "one model of all classes" in choices
        for by_source in choices.values():
            support = by_source["2018"]["weighted avg"]["support"]
            assert support == len(labelled_flows(("2018",)))
    assert "one model of all classes" in capsys.readouterr().out


def test_a_folder_without_the_table(tmp_path: Path) -> None:
    assert main(["--data", str(tmp_path)]) == 3
