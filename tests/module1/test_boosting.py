import numpy as np
import pytest

from module1.boosting import FittedBoosters, Fold, TrainingColumns, fit_boosters


def columns(count: int = 120) -> TrainingColumns:
    """Return rows whose first column tells the classes apart; the second is noise or missing."""
    random = np.random.default_rng(3)
    labels = np.arange(count, dtype=np.int64) % 2
    noise = np.where(random.random(count) < 0.3, np.nan, random.random(count))
    table = np.column_stack([labels + random.normal(0, 0.3, count), noise])
    return TrainingColumns(table, labels, np.ones(count))


def folds(count: int = 120) -> list[Fold]:
    every = np.arange(count)
    return [(every[every % 3 != part], every[every % 3 == part]) for part in range(3)]


@pytest.fixture(scope="module")
def boosters() -> FittedBoosters:
    return fit_boosters(columns(), folds(), rounds=20)


def test_each_library_has_one_model_a_fold(boosters: FittedBoosters) -> None:
    assert (len(boosters.lightgbm), len(boosters.xgboost)) == (3, 3)


def test_models_of_a_library_keep_the_same_number_of_rounds(boosters: FittedBoosters) -> None:
    assert len({model.num_trees() for model in boosters.lightgbm}) == 1
    assert len({model.num_boosted_rounds() for model in boosters.xgboost}) == 1
    assert 1 <= boosters.lightgbm[0].num_trees() <= 20


def test_classes_that_differ_are_told_apart(boosters: FittedBoosters) -> None:
    table = columns()
    probabilities = boosters.predict(table.columns)
    assert ((probabilities > 0.5) == (table.labels == 1)).mean() > 0.9


def test_the_same_rows_give_the_same_models(boosters: FittedBoosters) -> None:
    again = fit_boosters(columns(), folds(), rounds=20)
    first = [model.model_to_string() for model in boosters.lightgbm]
    assert [model.model_to_string() for model in again.lightgbm] == first
    raw = [bytes(model.save_raw("ubj")) for model in boosters.xgboost]
    assert [bytes(model.save_raw("ubj")) for model in again.xgboost] == raw


def test_rows_without_weight_teach_nothing(boosters: FittedBoosters) -> None:
    table = columns()
    wrong = TrainingColumns(
        np.vstack([table.columns, table.columns]),
        np.concatenate([table.labels, 1 - table.labels]),
        np.concatenate([table.weights, np.full(len(table.labels), 1e-9)]),
    )
    weighted = [(np.concatenate([training, training + 120]), held) for training, held in folds()]
    probabilities = fit_boosters(wrong, weighted, rounds=20).predict(table.columns)
    assert ((probabilities > 0.5) == (table.labels == 1)).mean() > 0.9
