from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.card import read_card
from models.errors import ModelError
from module1.boosting import FittedBoosters, fit_boosters
from module1.detect import MODULE, load
from module1.features import FIELDS
from module1.tables import DATA, read_connections, read_contest_copy
from module1.trees import LIGHTGBM_FILE, XGBOOST_FILE, Boosters
from tests.module1.test_boosting import columns, folds


@pytest.fixture(scope="module")
def fitted() -> FittedBoosters:
    return fit_boosters(columns(), folds(), rounds=8)


@pytest.fixture(scope="module")
def boosters(fitted: FittedBoosters, tmp_path_factory: pytest.TempPathFactory) -> Boosters:
    folder = tmp_path_factory.mktemp("boosters")
    fitted.save(folder)
    return Boosters.load(folder, sorted(path.name for path in folder.iterdir()))


def test_trees_in_service_give_the_probabilities_of_training(
    boosters: Boosters, fitted: FittedBoosters
) -> None:
    table = columns().columns
    np.testing.assert_allclose(boosters.predict(table), fitted.predict(table), rtol=0, atol=1e-7)


def test_contributions_are_the_mean_of_both_libraries(
    boosters: Boosters, fitted: FittedBoosters
) -> None:
    import xgboost

    table = columns().columns[:5]
    first = np.mean([m.predict(table, pred_contrib=True) for m in fitted.lightgbm], axis=0)
    rows = xgboost.DMatrix(table)
    second = np.mean([m.predict(rows, pred_contribs=True) for m in fitted.xgboost], axis=0)
    amounts = np.array([boosters.contributions(row) for row in table])
    assert amounts.shape == (5, 2)
    np.testing.assert_allclose(amounts, ((first + second) / 2)[:, :-1], atol=1e-6)


def test_the_shipped_trees_score_every_shipped_row_as_their_libraries(repository: Path) -> None:
    import lightgbm
    import xgboost

    folder, detector = repository / "models" / MODULE, load(repository / "models")
    tables = [read_connections(DATA), read_contest_copy(DATA)]
    rows = pl.concat([pl.DataFrame(schema=FIELDS), *tables], how="diagonal").select(list(FIELDS))
    matrix = detector.encoders.transform(rows).to_numpy()
    names = sorted(read_card(folder).files)
    sparse = np.where(np.random.default_rng(1).random(matrix.shape) < 0.3, np.nan, matrix)
    for table in (matrix, sparse):
        first, second = [], []
        for number in range(5):
            assert {LIGHTGBM_FILE.format(number), XGBOOST_FILE.format(number)} <= set(names)
            stored = lightgbm.Booster(model_file=folder / LIGHTGBM_FILE.format(number))
            first.append(stored.predict(table))
            boosted = xgboost.Booster(model_file=folder / XGBOOST_FILE.format(number))
            second.append(boosted.predict(xgboost.DMatrix(table)))
        expected = (np.mean(first, axis=0) + np.mean(second, axis=0, dtype=np.float64)) / 2
        found = detector.boosters.predict(table)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7)


def test_a_folder_without_trees_is_a_model_error(fitted: FittedBoosters, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    with pytest.raises(ModelError, match=r"project\.py train"):
        Boosters.load(tmp_path, ["card.json", "lightgbm_0.txt"])
