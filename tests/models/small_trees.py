"""A table with missing values, and one model of each library trained on it."""

import lightgbm
import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

Matrix = NDArray[np.float64]


def table(rows: int = 300, seed: int = 0) -> Matrix:
    """Return four columns; the last two have missing values, the last has few values."""
    random = np.random.default_rng(seed)
    columns = random.normal(size=(rows, 4))
    columns[:, 3] = np.round(columns[:, 3])
    for number in (2, 3):
        columns[random.random(rows) < 0.3, number] = np.nan
    return columns


ROWS = table()
LABELS = (np.nan_to_num(ROWS[:, 0] + ROWS[:, 1] ** 2 + ROWS[:, 3], nan=1.0) > 0.7).astype(int)
# Also values that training did not see, and missing ones where training had none.
ODD = np.concatenate(
    [table(seed=1), np.array([[np.nan] * 4, [0.0] * 4, [np.inf] * 4, [-np.inf] * 4, [-0.0] * 4])]
)


def forest(seed: int = 3) -> RandomForestClassifier:
    return RandomForestClassifier(7, random_state=seed).fit(ROWS, LABELS)


def boosted_trees(rounds: int = 30) -> lightgbm.Booster:
    settings = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 2, "num_threads": 1}
    return lightgbm.train(settings, lightgbm.Dataset(ROWS, LABELS), rounds)


def xgboost_trees(rounds: int = 30) -> xgboost.Booster:
    settings = {"objective": "binary:logistic", "nthread": 1}
    return xgboost.train(settings, xgboost.DMatrix(ROWS, LABELS), rounds)
