from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from module1.boosting import fit_boosters
from module1.trees import Boosters
from tests.module1.test_boosting import columns, folds


@pytest.fixture(scope="module")
def boosters() -> Boosters:
    return fit_boosters(columns(), folds(), rounds=8)


def test_the_score_is_the_mean_of_both_libraries(boosters: Boosters) -> None:
    import xgboost

    table = columns().columns[:5]
    first = np.mean([model.predict(table) for model in boosters.lightgbm], axis=0)
    second = np.mean([m.predict(xgboost.DMatrix(table)) for m in boosters.xgboost], axis=0)
    assert np.allclose(boosters.predict(table), (first + second) / 2)


def test_contributions_and_base_sum_to_the_mean_log_odds(boosters: Boosters) -> None:
    import xgboost

    table = columns().columns[:5]
    first = np.mean([model.predict(table, raw_score=True) for model in boosters.lightgbm], axis=0)
    second = np.mean(
        [m.predict(xgboost.DMatrix(table), output_margin=True) for m in boosters.xgboost], axis=0
    )
    amounts = boosters.contributions(table)
    assert amounts.shape == (5, 3)
    assert np.allclose(amounts.sum(axis=1), (first + second) / 2, atol=1e-5)


def test_saved_trees_give_the_same_probabilities(boosters: Boosters, tmp_path: Path) -> None:
    boosters.save(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    loaded = Boosters.load(tmp_path, names)
    table = columns().columns
    assert np.array_equal(loaded.predict(table), boosters.predict(table))
    assert np.allclose(loaded.contributions(table), boosters.contributions(table))


def test_a_folder_without_trees_is_a_model_error(boosters: Boosters, tmp_path: Path) -> None:
    boosters.save(tmp_path)
    with pytest.raises(ModelError, match=r"project\.py train"):
        Boosters.load(tmp_path, ["card.json", "lightgbm_0.txt"])
