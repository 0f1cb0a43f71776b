import json
from pathlib import Path

import polars as pl
import pytest

from models.card import write_card
from models.errors import ModelError
from verdict.evaluate import evaluate, main, table, threshold_of
from verdict.final import DETECTORS

from .out_of_fold_tables import write_table
from .test_out_of_fold import row


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Two families and two benign servers, scored by hand; the threshold is 0.5 everywhere."""
    origins = [
        row(server="203.0.113.1", family="Alpha"),
        row(server="203.0.113.2", family="Alpha", role="payload"),
        row(server="203.0.113.3", family="Beta"),
        row(server="198.51.100.1", family=None, role=None, label=0),
        row(server="198.51.100.2", family=None, role=None, label=0),
    ]
    scores = {
        "module1": (0.9, 0.9, 0.1, 0.9, None),
        "random_forest": (0.9, 0.1, 0.1, 0.1, 0.1),
        "gbdt": (0.5, 0.1, 0.9, 0.1, 0.1),
        "final": (0.9, 0.9, 0.9, 0.1, 0.1),
    }
    for detector, values in scores.items():
        rows = [
            {**origin, "probability": value}
            for origin, value in zip(origins, values, strict=True)
            if value is not None
        ]
        write_table(tmp_path / detector, pl.DataFrame(rows))
        write_card(
            tmp_path / detector,
            description="",
            features=DETECTORS,
            thresholds={detector: 0.5},
            metrics={},
            libraries=(),
            training_data=(),
        )
    return tmp_path


def test_counts_family_by_family(models: Path) -> None:
    families = evaluate(models)["families"]
    assert list(families) == ["Alpha", "Beta"]
    assert families["Alpha"]["servers"] == 2
    found = {name: families["Alpha"][name]["malicious"] for name in (*DETECTORS, "final")}
    assert found == {"module1": 2, "random_forest": 1, "gbdt": 1, "final": 2}


def test_counts_c2_by_itself(models: Path) -> None:
    figures = evaluate(models)
    assert figures["malicious"]["servers"] == 3
    assert figures["c2"]["servers"] == 2
    assert figures["c2"]["gbdt"]["malicious"] == 2


def test_benign_servers_count_only_where_assessed(models: Path) -> None:
    benign = evaluate(models)["benign"]
    assert benign["servers"] == 2
    assert benign["module1"] == {
        "malicious": 1,
        "assessed": 1,
        "share": 1.0,
        "interval": None,
    }
    assert benign["final"]["malicious"] == 0


def test_mean_over_families_weighs_families_alike(models: Path) -> None:
    assert evaluate(models)["mean_recall_by_family"]["module1"] == 0.5


def test_table_fits_eighty_columns(models: Path) -> None:
    text = table(evaluate(models))
    assert max(map(len, text.splitlines())) <= 80
    assert "Alpha                               2        2        1        1        2" in text
    assert "benign servers (false positives): 2" in text


def say_measured_on(models: Path, detector: str, rows: str) -> None:
    card = models / detector / "card.json"
    content = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps({**content, "metrics": {"measured_on": rows}}), encoding="utf-8")


def test_scores_of_training_rows_are_called_optimistic(models: Path) -> None:
    assert "saw neither" in table(evaluate(models))
    say_measured_on(models, "gbdt", "training rows")
    figures = evaluate(models)
    text = table(figures)
    assert figures["measured_on_training_rows"] == ["gbdt", "final"]
    assert "on training rows (optimistic)" in text
    assert "for gbdt, FINAL" in text
    assert "saw neither" not in text


def test_a_broken_model_is_mended_where_it_is(models: Path) -> None:
    (models / "gbdt" / "out_of_fold.csv.gz").unlink()
    with pytest.raises(ModelError, match=f"train gbdt --models {models}$"):
        evaluate(models)


def test_the_only_threshold_of_a_card_is_the_detector_s_whatever_its_name(models: Path) -> None:
    card = models / "gbdt" / "card.json"
    content = json.loads(card.read_text(encoding="utf-8"))

    def with_thresholds(**values: float) -> float:
        card.write_text(json.dumps({**content, "thresholds": values}), encoding="utf-8")
        return threshold_of(models, "gbdt")

    assert with_thresholds(rate=0.7) == 0.7
    assert with_thresholds(gbdt=0.6, rate=0.7) == 0.6
    with pytest.raises(ModelError, match="no threshold of gbdt"):
        with_thresholds(rate=0.7, other=0.8)


def test_shares_at_thresholds_of_other_servers_are_told_where_there_are_enough(
    models: Path,
) -> None:
    figures = evaluate(models)
    assert figures["at_held_out_thresholds"] == dict.fromkeys(("random_forest", "gbdt", "final"))
    assert "set on other servers" not in table(figures)
    found = {**figures["at_held_out_thresholds"], "gbdt": {"malicious": 0.25, "benign": 0.0125}}
    text = table({**figures, "at_held_out_thresholds": found})
    assert text.endswith(
        "at thresholds for 1 % false positives that were set on other servers:\n"
        "  gbdt     25.0 % of malicious servers, 1.25 % of benign ones\n"
    )


def test_servers_that_not_all_were_assessed_are_told_with_how_many_were(models: Path) -> None:
    lines = table(evaluate(models)).splitlines()
    benign = lines.index("benign servers (false positives): 2")
    assert lines[benign + 1] == ("  module1      1 of 1     100.0 %")


def test_a_card_without_the_threshold_is_mended_where_it_is(models: Path) -> None:
    card = models / "gbdt" / "card.json"
    content = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps({**content, "thresholds": {}}), encoding="utf-8")
    with pytest.raises(ModelError, match=f"no threshold.*train gbdt --models {models}$"):
        threshold_of(models, "gbdt")


def test_command_prints_the_table(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", str(models)]) == 0
    assert capsys.readouterr().out == table(evaluate(models))


def test_command_prints_json(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", str(models), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == evaluate(models)


def test_missing_models_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--models", str(tmp_path)]) == 4
    assert "train again" in capsys.readouterr().err
