import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from capture.builtin.engine import analyse
from models.card import CARD, digest, read_card
from models.errors import ModelError
from models.feature_ranges import MALICIOUS
from models.forest import forest_probabilities, trees_of
from models.lightgbm_text import lightgbm_probabilities
from module2 import detect
from module2.features import server_rows
from module2.forest import fit_forest
from module2.table_names import CTU_TABLE, SHIPPED_TABLE, TABLES
from module2.training_rows import read_added_rows, read_training_rows
from tests.module2.small_table import training_table
from training.dataset_folders import DATASET


def shipped_tables() -> list[pl.DataFrame]:
    folder = DATASET / TABLES
    return [read_training_rows([folder / SHIPPED_TABLE]), read_added_rows(folder / CTU_TABLE)]


def test_malicious_rows_score_higher_than_normal_ones(small_models: Path) -> None:
    rows = training_table(families=3, captures=3)
    detectors = detect.load(small_models)
    scores = detectors.score(rows)
    assert scores.columns == ["random_forest", "gbdt"]
    for name in scores.columns:
        malicious = scores[name].filter(rows["label"] == 1)
        normal = scores[name].filter(rows["label"] == 0)
        assert malicious.min() > normal.max()
        assert 0 < detectors.thresholds[name] < 1


def test_a_row_scores_alone_as_among_others(small_models: Path) -> None:
    rows = training_table(families=3, captures=3)
    detectors = detect.load(small_models)
    assert detectors.score(rows[3]).equals(detectors.score(rows)[3])


def test_ranges_are_of_normal_and_of_malicious_rows(small_models: Path) -> None:
    rows = training_table()
    detectors = detect.load(small_models)
    for label, ranges in enumerate((detectors.normal_ranges, detectors.malicious_ranges)):
        sizes = rows.filter(label=label)["avg_size"]
        assert sizes.min() <= ranges["avg_size"][0] <= ranges["avg_size"][1] <= sizes.max()


def test_model_of_an_earlier_program_has_no_malicious_ranges(
    small_models: Path, tmp_path: Path
) -> None:
    models = shutil.copytree(small_models, tmp_path / "models")
    (models / "gbdt" / MALICIOUS).unlink()
    card = json.loads((models / "gbdt" / CARD).read_text())
    del card["files"][MALICIOUS]
    (models / "gbdt" / CARD).write_text(json.dumps(card))
    assert detect.load(models).malicious_ranges == {}


def test_no_rows_give_no_scores(small_models: Path) -> None:
    scores = detect.load(small_models).score(training_table().clear())
    assert scores.columns == ["random_forest", "gbdt"]
    assert scores.height == 0


def test_contributions_are_ranked_and_carry_the_value(small_models: Path) -> None:
    rows = training_table(families=3, captures=3)
    row = rows.filter(pl.col("label") == 1).head(1)
    (contributions,) = detect.load(small_models).contributions(row)
    for name in ("random_forest", "gbdt"):
        entries = contributions[name]
        assert len(entries) == len(detect.FEATURES_OF[name])
        sizes = [abs(entry.contribution) for entry in entries]
        assert sizes == sorted(sizes, reverse=True)
        shares = {entry.feature: entry.contribution for entry in entries}
        assert shares["avg_size"] > 0
        assert all(entry.value == row[entry.feature][0] for entry in entries)


@pytest.mark.parametrize("file", ["gbdt/trees.txt", "random_forest/forest.npz"])
def test_one_changed_byte_is_a_model_error(small_models: Path, file: str) -> None:
    path = small_models / file
    content = path.read_bytes()
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    try:
        with pytest.raises(ModelError, match="differs from its card"):
            detect.load(small_models)
    finally:
        path.write_bytes(content)


def test_a_models_folder_without_models_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"card\.json: no such model card"):
        detect.load(tmp_path)


@pytest.mark.parametrize("name", ["random_forest", "gbdt"])
def test_the_shipped_models_are_those_of_the_shipped_tables(repository: Path, name: str) -> None:
    card = read_card(repository / "models" / name, detect.FEATURES_OF[name])
    assert card.metrics["positives"] > 100
    for table, expected in card.training_data.items():
        assert digest(repository / table) == expected, table


def test_the_shipped_trees_score_every_shipped_row_as_lightgbm(repository: Path) -> None:
    import lightgbm

    detectors = detect.load()
    booster = lightgbm.Booster(model_file=repository / "models" / "gbdt" / detect.TREES_FILE)
    for table in shipped_tables():
        matrix = detectors.boosted_encoders.transform(table)
        sparse = np.where(np.random.default_rng(1).random(matrix.shape) < 0.3, np.nan, matrix)
        for rows in (matrix, sparse):
            found = lightgbm_probabilities(detectors.boosted, rows)
            np.testing.assert_array_equal(found, booster.predict(rows))


def test_a_forest_of_shipped_rows_scores_them_as_scikit_learn() -> None:
    encoders = detect.load().forest_encoders
    labelled, added = shipped_tables()
    matrix = encoders.transform(labelled)
    forest = fit_forest(matrix, labelled["label"].to_numpy(), np.ones(len(matrix)), n_estimators=10)
    for rows in (matrix, encoders.transform(added)):
        expected = forest.predict_proba(rows.astype(np.float32))[:, 1]
        np.testing.assert_array_equal(forest_probabilities(trees_of(forest), rows), expected)


def test_the_shipped_models_find_the_sample_beacon_alone(pcaps: Path) -> None:
    detectors = detect.load()
    beacon = server_rows(analyse(pcaps / "beacon.pcap"))
    browsing = server_rows(analyse(pcaps / "browsing.pcap"))
    for name, threshold in detectors.thresholds.items():
        flagged = beacon.filter(detectors.score(beacon)[name] >= threshold)
        assert flagged["server"].to_list() == ["203.0.113.66"]
        assert (detectors.score(browsing)[name] < threshold).all()
