import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from verdict.final import DETECTORS, load
from verdict.out_of_fold import read
from verdict.train import PRIOR, fit, fit_and_score, main, row_weights, train

from .out_of_fold_tables import write_table, write_tables


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tables(folder)
    train(folder)
    return folder


def test_every_set_of_detectors_has_a_formula(models: Path) -> None:
    assert len(load(models).formulas) == 2 ** len(DETECTORS) - 1


def test_module1_weighs_three_fifths_of_the_others(models: Path) -> None:
    for key, formula in load(models).formulas.items():
        weights = dict(zip(key.split("+"), formula.weights, strict=True))
        alone = weights.pop("module1", None)
        assert len(set(weights.values())) <= 1
        for weight in weights.values():
            assert alone is None or alone == pytest.approx(weight * 0.6, abs=2e-6)


def test_detector_that_tells_more_is_calibrated_to_be_surer(models: Path) -> None:
    formulas = load(models).formulas
    weights = [formulas[detector].weights[0] for detector in DETECTORS]
    assert weights == sorted(weights, reverse=True)


def test_detector_that_points_the_wrong_way_gets_no_weight(models: Path) -> None:
    rows = read(models).with_columns(gbdt=(1 - pl.col("module1")).fill_null(0.5))
    assert fit(rows).formulas["gbdt"].weights == (0.0,)


def test_probability_is_calibrated(models: Path) -> None:
    """Over all rows it is as high as the malicious ones are many, by their weights."""
    rows = read(models).drop_nulls("module1")
    scores = fit(rows).probabilities(rows).to_numpy()
    assert np.average(scores, weights=row_weights(rows)) == pytest.approx(PRIOR, abs=0.01)


def test_at_most_one_in_a_hundred_benign_servers_is_called_malicious(models: Path) -> None:
    table = pl.read_csv(models / "final" / "out_of_fold.csv.gz")
    benign = table.filter(label=0)
    flagged = benign.filter(pl.col("probability") >= load(models).threshold)
    assert len(flagged) <= 0.01 * len(benign)


def test_card_tells_figures_and_training_data(models: Path) -> None:
    card = json.loads((models / "final" / "card.json").read_text(encoding="utf-8"))
    figures = card["metrics"]
    assert figures["all"]["positives"] == 32
    assert figures["c2"]["positives"] == 24
    assert figures["families"] == 8
    assert 0.5 < figures["mean_recall_by_family"] <= 1
    assert card["thresholds"] == {"final": load(models).threshold}
    assert len(card["training_data"]) == 3


def test_training_again_gives_the_same_bytes(models: Path, tmp_path: Path) -> None:
    write_tables(tmp_path)
    train(tmp_path)
    for path in sorted((models / "final").iterdir()):
        assert (tmp_path / "final" / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_stops_training_leaves_the_former_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path)
    former = tmp_path / "final" / "combination.json"
    former.parent.mkdir()
    former.write_text("former")

    def interrupt(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("verdict.train.write_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path)
    assert [path.name for path in former.parent.iterdir()] == [former.name]
    assert former.read_text() == "former"


def test_one_class_leaves_the_mean_as_it_is(models: Path) -> None:
    benign = read(models).filter(label=0).drop_nulls("module1")
    assert fit_and_score(benign, benign).max() < 1
    assert fit(benign).formulas["module1"].weights == (1.0,)


def test_one_capture_of_each_class_is_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tables(tmp_path)
    for detector in DETECTORS:
        path = tmp_path / detector / "out_of_fold.csv.gz"
        table = pl.read_csv(path, infer_schema=False)
        few = table.filter(pl.col("capture").is_in(["bad-Family0.pcap", "good-1.pcap"]))
        few = few.with_columns(role=pl.lit(None, dtype=pl.String))
        write_table(path.parent, few)
    assert main(["--models", str(tmp_path)]) == 0
    assert "optimistic" in capsys.readouterr().err
    assert load(tmp_path).threshold > 0


def test_one_class_alone_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tables(tmp_path)
    for detector in DETECTORS:
        path = tmp_path / detector / "out_of_fold.csv.gz"
        table = pl.read_csv(path, infer_schema=False)
        write_table(path.parent, table.filter(pl.col("label") == "1"))
    assert main(["--models", str(tmp_path)]) == 4
    assert "both needed" in capsys.readouterr().err


def test_family_counts_as_the_root_of_its_rows() -> None:
    rows = pl.DataFrame(
        {
            "label": [1, 1, 1, 1, 1, 0, 0],
            "family": ["big"] * 4 + ["small"] + [None] * 2,
            "capture": ["a", "b", "c", "d", "e", "f", "g"],
        }
    )
    weights = row_weights(rows)
    assert weights[:4].sum() == pytest.approx(2 * weights[4])
    assert weights[:5].sum() == pytest.approx(PRIOR * 7)
    assert weights[5:] == pytest.approx((1 - PRIOR) * 7 / 2)


def test_missing_tables_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--models", str(tmp_path)]) == 4
    assert "train again" in capsys.readouterr().err


def test_command_says_how_good_final_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tables(tmp_path)
    assert main(["--models", str(tmp_path)]) == 0
    assert "average precision 0." in capsys.readouterr().out
