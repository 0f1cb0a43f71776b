from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from models.card import read_card
from module3.train import TrainingError, main, train
from module3.training_rows import TABLE
from tests.module3.labelled_flows import labelled_flows
from tests.module3.small_models import quick, trained
from training.metrics import Labels, Scores, threshold_at_false_positive_rate
from training.tables import write_table


def test_the_same_table_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    folders = [trained(tmp_path / name) / "module3" for name in ("one", "two")]
    first, second = ({path.name: path.read_bytes() for path in each.iterdir()} for each in folders)
    assert first == second
    assert set(first) == {
        "card.json",
        "forest.npz",
        "out_of_fold.csv.gz",
        "ranges.npz",
        "trees.txt",
    }


def test_the_card_holds_figures_by_source_and_across(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    metrics = read_card(trained(tmp_path) / "module3").metrics
    assert set(metrics["by_source"]) == {"2017", "2018"}
    assert metrics["by_source"]["2018"]["random_forest"]["macro_f1_of_five"] == 1
    assert set(metrics["across_sources"]) == {
        "trained on 2017, measured on 2018",
        "trained on 2018, measured on 2017",
    }


def test_a_source_that_lacks_classes_is_measured_but_none_is_trained_on_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    own = labelled_flows(("2018",)).filter(Label="Benign").with_columns(Source=pl.lit("office"))
    table = tmp_path / TABLE
    write_table(table, pl.concat([labelled_flows(("2017",)), own]))
    metrics = train(table, tmp_path).metrics
    assert set(metrics["by_source"]) == {"2017", "office"}
    assert set(metrics["across_sources"]) == {"trained on 2017, measured on office"}


def test_thresholds_for_a_quarter_are_those_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    rows: list[int] = []

    def counted(scores: Scores, labels: Labels, rate: float) -> float:
        rows.append(len(scores))
        return threshold_at_false_positive_rate(scores, labels, rate)

    monkeypatch.setattr("module3.train.threshold_at_false_positive_rate", counted)
    trained(tmp_path)
    whole, of_a_source = (len(labelled_flows(each)) for each in (("2017", "2018"), ("2017",)))
    expected = {whole: 1, whole * 3 // 4: 4, of_a_source: 2, of_a_source * 3 // 4: 8}
    assert Counter(rows) == expected


def test_what_stops_training_leaves_the_former_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    former = tmp_path / "module3" / "trees.txt"
    former.parent.mkdir()
    former.write_text("former")

    def interrupt(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("module3.train.write_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path)
    assert [path.name for path in former.parent.iterdir()] == [former.name]
    assert former.read_text() == "former"


def test_a_table_without_a_class(tmp_path: Path) -> None:
    write_table(tmp_path / TABLE, labelled_flows().filter(pl.col("Label") != "Bot"))
    with pytest.raises(TrainingError, match="fewer than 2 different rows of Bot; "):
        train(tmp_path / TABLE, tmp_path)


def test_a_folder_without_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--models", str(tmp_path)]) == 3
    assert "not a readable table" in capsys.readouterr().err
