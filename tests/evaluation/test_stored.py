import gzip
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from evaluation.page import page
from evaluation.stored import stored_document, stored_scores, thresholds
from models.card import MODELS, read_card, write_card
from models.errors import ModelError
from tests.verdict.out_of_fold_tables import write_tables
from verdict.final import DETECTORS


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Made-up scores of all detectors; FINAL says what gbdt does."""
    write_tables(tmp_path)
    shutil.copytree(tmp_path / "gbdt", tmp_path / "final")
    for name in (*DETECTORS, "final"):
        write_card(
            tmp_path / name,
            description="",
            features=DETECTORS,
            thresholds={name: 0.5},
            metrics={},
            libraries=(),
            training_data=(),
        )
    return tmp_path


def test_connections_have_their_own_score_and_servers_the_mean(models: Path) -> None:
    found = stored_scores(models)
    server = found.servers.row(0, named=True)
    of_server = found.connections.filter(capture=server["capture"], server=server["server"])
    assert of_server.height == 2
    assert server["module1"] == pytest.approx(of_server["module1"].mean())
    assert set(of_server["final"]) == {server["final"]}


def test_what_a_detector_did_not_assess_is_counted(models: Path) -> None:
    servers = stored_document(models, resamples=3)["protocols"][0]["servers"]
    assert servers["module1"]["not_assessed"] == 3
    assert servers["final"]["not_assessed"] == 0


def test_scores_of_training_rows_are_called_optimistic(models: Path) -> None:
    before = stored_document(models, resamples=1)
    assert before["protocols"][0]["name"] == "families and captures held out"
    card = models / "module1" / "card.json"
    content = json.loads(card.read_text(encoding="utf-8"))
    content["metrics"] = {"measured_on": "training rows"}
    card.write_text(json.dumps(content), encoding="utf-8")
    found = stored_document(models, resamples=1)
    assert found["settings"] == {"scores_of_training_rows": "module 1, FINAL"}
    assert found["protocols"][0]["name"] == "training rows (optimistic)"
    shown = page(found)
    assert "trained on them" in shown
    assert "held out" not in shown


def test_thresholds_are_those_of_the_cards(models: Path) -> None:
    assert thresholds(models) == dict.fromkeys((*DETECTORS, "final"), 0.5)


def test_shipped_figures_are_those_of_the_cards() -> None:
    protocol = stored_document(MODELS, resamples=1)["protocols"][0]
    for name in ("random_forest", "gbdt"):
        card, found = read_card(MODELS / name).metrics, protocol["servers"][name]
        assert found["average_precision"]["value"] == card["average_precision"]
        assert found["recall_at_fpr_0.01"]["value"] == card["recall_at_fpr_0.01"]
        for share in ("count", "of", "share"):
            assert found["at_threshold"]["precision"][share] == card["precision"][share]
        mean = found["mean_recall_by_family_all"]["value"]
        assert mean == card["mean_recall_by_family_at_fpr_0.01"]
    connections = read_card(MODELS / "module1").metrics["connections"]
    found = protocol["connections"]["module1"]
    assert found["average_precision"]["value"] == connections["average_precision"]


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"a,b\n1,2\n", mtime=0)])
def test_a_broken_table_is_told_in_one_line(models: Path, content: bytes) -> None:
    (models / "module1" / "out_of_fold.csv.gz").write_bytes(content)
    advice = f"train again with: python project.py train module1 --models {models}$"
    with pytest.raises(ModelError, match=advice) as raised:
        stored_scores(models)
    assert "\n" not in str(raised.value)


def test_connections_without_a_score_column_are_told(models: Path) -> None:
    path = models / "module1" / "out_of_fold.csv.gz"
    table = pl.read_csv(path).drop("role")
    path.write_bytes(gzip.compress(table.write_csv().encode()))
    with pytest.raises(ModelError, match="module1"):
        stored_scores(models)
