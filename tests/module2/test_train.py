from pathlib import Path

import polars as pl
import pytest

from models.card import digest, read_card
from models.storage import save_json
from module2 import detect
from module2.detect import FEATURES_OF
from module2.table_names import CTU_TABLE, MERGED_TABLE, SHIPPED_TABLE, TABLES
from module2.train import OUT_OF_FOLD, TrainingTables, main, run, train
from module2.training_rows import TrainingError
from tests.module2.conftest import train_small_models
from tests.module2.small_table import SMALL_ALGORITHMS, training_table
from training.tables import read_table, write_table


def test_training_again_gives_the_same_bytes(
    small_models: Path, small_data: Path, tmp_path: Path
) -> None:
    train_small_models(small_data, tmp_path)
    for name in ("random_forest", "gbdt"):
        files = sorted(path.name for path in (small_models / name).iterdir())
        assert files == sorted(path.name for path in (tmp_path / name).iterdir())
        for file in files:
            assert digest(small_models / name / file) == digest(tmp_path / name / file), file


def test_the_card_says_how_the_figures_were_measured(small_models: Path) -> None:
    card = read_card(small_models / "gbdt", FEATURES_OF["gbdt"])
    assert card.metrics["measured_on"] == "families and captures held out"
    assert card.metrics["positives"] == 12
    assert card.metrics["families"] == 3


@pytest.mark.parametrize("name", ["random_forest", "gbdt"])
def test_the_rows_of_the_ctu_table_are_trained_on_and_not_measured(
    small_models: Path, name: str
) -> None:
    card = read_card(small_models / name, FEATURES_OF[name])
    assert sorted(card.training_data) == [CTU_TABLE, SHIPPED_TABLE]
    assert card.metrics["positives"] == 12


def test_figures_of_other_choices_are_copied_into_the_card(tmp_path: Path) -> None:
    table = tmp_path / "servers.csv"
    write_table(table, training_table(families=1, captures=1))
    content = {"table": digest(table), "figures": {"gbdt": {"51 features": {"recall": 0.5}}}}
    save_json(tmp_path / "comparison.json", content)
    card = train(SMALL_ALGORITHMS[1], TrainingTables((table,)), tmp_path / "models")
    assert card.metrics["compared"] == {"51 features": {"recall": 0.5}}
    assert sorted(card.training_data) == ["comparison.json", "servers.csv"]


def test_out_of_fold_probabilities_are_kept_with_their_origin(small_models: Path) -> None:
    columns = ["label", "capture", "family", "role", "client", "server", "port", "proto"]
    schema: dict[str, pl.DataType] = dict.fromkeys(columns, pl.String())
    schema |= {"certificate": pl.String(), "probability": pl.Float64()}
    for name in ("random_forest", "gbdt"):
        table = read_table(small_models / name / OUT_OF_FOLD, schema)
        assert table.height == 24
        assert table["probability"].is_between(0, 1).all()


def test_files_of_a_former_training_do_not_stay(small_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "gbdt"
    folder.mkdir()
    (folder / "old.txt").write_text("old")
    (folder / "card.json").write_text('{"files": {"old.txt": ""}}')
    train_small_models(small_data, tmp_path)
    assert not (folder / "old.txt").exists()


@pytest.mark.parametrize("step", ["chosen_setting", "fit", "write_card"])
def test_what_stops_training_leaves_the_former_model(
    small_data: Path, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = tmp_path / "random_forest" / "encoders.json"
    (former.parent / "mine").mkdir(parents=True)
    former.write_text("former")

    def interrupt(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"module2.train.{step}", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_small_models(small_data, tmp_path)
    assert sorted(path.name for path in former.parent.iterdir()) == [former.name, "mine"]
    assert former.read_text() == "former"


def test_the_command_trains_both_models_and_prints_their_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = training_table(families=1, captures=1)
    write_table(tmp_path / TABLES / MERGED_TABLE, table)
    models = tmp_path / "models"
    assert main(["--data", str(tmp_path), "--models", str(models)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["random_forest", "gbdt"]
    assert "4 malicious, 4 normal servers" in lines[0]
    assert detect.load(models).score(table).height == 8


def test_figures_that_nobody_reads_end_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / TABLES / MERGED_TABLE, training_table(families=1, captures=1))

    def gone(text: str) -> int:
        raise BrokenPipeError

    monkeypatch.setattr("sys.stdout.write", gone)
    assert main(["--data", str(tmp_path), "--models", str(tmp_path / "models")]) == 0


def test_rows_of_one_class_cannot_be_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = training_table().filter(pl.col("label") == 0)
    write_table(tmp_path / TABLES / MERGED_TABLE, table)
    with pytest.raises(TrainingError, match="need malicious and normal rows"):
        run(tmp_path, tmp_path / "models")
    assert main(["--data", str(tmp_path), "--models", str(tmp_path / "models")]) == 3
    message = capsys.readouterr().err
    assert "need malicious and normal rows" in message
    assert f"then run python project.py features module2 --data {tmp_path}\n" in message


def test_without_tables_the_message_names_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--models", str(tmp_path)]) == 3
    advice = f"first run python project.py features module2 --data {tmp_path}\n"
    assert advice in capsys.readouterr().err


def test_too_few_families_for_folds_are_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "merged.csv"
    write_table(table, training_table(families=1, captures=1))
    card = train(SMALL_ALGORITHMS[1], TrainingTables((table,)), tmp_path / "models")
    assert card.metrics["measured_on"] == "training rows"
    assert "too few families or captures" in capsys.readouterr().err
