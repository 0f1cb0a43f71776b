import json
from pathlib import Path

import polars as pl
import pytest

from models.card import read_card
from module1.compare import COMPARISON
from module1.detect import MODULE
from module1.fitting import Settings
from module1.tables import CONNECTIONS, CONNECTIONS_SCHEMA, in_table_form
from module1.train import OUT_OF_FOLD, TrainingError, main, train
from tests.module1.synthetic import labelled_connections
from training.tables import read_table, write_table

ROWS = in_table_form(labelled_connections(families=4, per_capture=5))
QUICK = Settings(rounds=15)
OUT_OF_FOLD_COLUMNS = {
    "label": pl.Int64(),
    **{name: CONNECTIONS_SCHEMA[name] for name in ("capture", "family", "role", "client")},
    **{name: CONNECTIONS_SCHEMA[name] for name in ("server", "port", "proto", "certificate")},
    "uid": pl.String(),
    "probability": pl.Float64(),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_table(tmp_path / "data" / CONNECTIONS, ROWS)
    return tmp_path / "data"


def test_the_same_rows_give_the_same_files_and_old_ones_go(data: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name / MODULE).mkdir(parents=True)
        (tmp_path / name / MODULE / "lightgbm_99.txt").write_text("left from before")
        (tmp_path / name / MODULE / "card.json").write_text('{"files": {"lightgbm_99.txt": ""}}')
        train(data, tmp_path / name, QUICK, seeds=(1,))
    first, second = (
        {p.name: p for p in (tmp_path / n / MODULE).iterdir()} for n in ("first", "second")
    )
    assert first.keys() == second.keys()
    assert "lightgbm_99.txt" not in first
    assert all(first[name].read_bytes() == second[name].read_bytes() for name in first)


def test_what_stops_training_leaves_the_former_model(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = tmp_path / MODULE / "encoders.json"
    former.parent.mkdir()
    former.write_text("former")
    monkeypatch.setattr("module1.train.write_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path, QUICK, seeds=(1,))
    assert [path.name for path in former.parent.iterdir()] == [former.name]
    assert former.read_text() == "former"


def interrupt(*given: object, **named: object) -> None:
    raise KeyboardInterrupt


def test_out_of_fold_probabilities_tell_where_each_is_from(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path, QUICK, seeds=(1, 2))
    table = read_table(tmp_path / MODULE / OUT_OF_FOLD, OUT_OF_FOLD_COLUMNS)
    assert table.height == ROWS.height
    assert table["uid"].to_list() == ROWS["eventId"].to_list()
    assert table["probability"].is_between(0, 1).all()
    means = table.group_by("label").agg(pl.col("probability").mean()).sort("label")["probability"]
    assert means[0] < means[1]


def test_the_card_says_what_was_measured_and_on_what(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path, QUICK, seeds=(1,))
    card = read_card(tmp_path / MODULE)
    assert 0 < card.thresholds[MODULE] <= 1
    assert card.metrics["measured_on"] == "families and captures held out"
    assert card.metrics["families"] == 4
    assert card.metrics["servers"]["positives"] == 4
    assert card.description.endswith("columns of addresses: off")
    assert list(card.training_data) == [CONNECTIONS]
    assert "compared" not in card.metrics


def test_with_addresses_the_card_says_so(data: Path, tmp_path: Path) -> None:
    card = train(data, tmp_path, Settings(addresses=True, rounds=5), seeds=(1,))
    assert card.description.endswith("columns of addresses: on")
    assert "server_octet_1" in card.features


def test_figures_of_the_choices_go_into_the_card(data: Path, tmp_path: Path) -> None:
    from models.card import digest

    figures = {"as shipped": {"servers_average_precision": 0.5}}
    stored = {"connections": digest(data / CONNECTIONS), "figures": figures}
    (data / COMPARISON).write_text(json.dumps(stored))
    card = train(data, tmp_path, QUICK, seeds=(1,))
    assert card.metrics["compared"] == figures
    assert sorted(card.training_data) == [COMPARISON, CONNECTIONS]


def test_one_family_alone_is_trained_on_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = in_table_form(labelled_connections(families=1, per_capture=12))
    write_table(tmp_path / CONNECTIONS, few)
    card = train(tmp_path, tmp_path / "models", QUICK, seeds=(1,))
    assert card.metrics["measured_on"] == "training rows"
    assert "too few families" in capsys.readouterr().err


def test_one_class_alone_cannot_be_trained_on(tmp_path: Path) -> None:
    write_table(tmp_path / CONNECTIONS, ROWS.filter(pl.col("label") == 0))
    with pytest.raises(TrainingError, match="needs malicious and normal"):
        train(tmp_path, tmp_path / "models", QUICK)
    assert not (tmp_path / "models").exists()


def test_no_training_data_is_one_line_and_exit_status_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--models", str(tmp_path)]) == 3
    message = capsys.readouterr().err
    assert CONNECTIONS in message
    assert message.count("\n") == 1
