"""Boosted trees of two libraries as one model: prediction, contributions and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import filter as matching
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.storage import load_lightgbm, load_xgboost, save_lightgbm, save_xgboost

if TYPE_CHECKING:
    import lightgbm
    import xgboost

# One thread: tables are small, and threads that wait for each other cost more than they save.
THREADS: Final = 1
LIGHTGBM_FILE: Final = "lightgbm_{}.txt"
XGBOOST_FILE: Final = "xgboost_{}.ubj"

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Boosters:
    """Boosted trees of two libraries, trained on the same columns; their mean is the score."""

    lightgbm: Sequence[lightgbm.Booster]
    xgboost: Sequence[xgboost.Booster]

    def predict(self, columns: Matrix) -> Matrix:
        """Return the probability of each row of a matrix of shape (rows, features)."""
        return self._mean(columns, "probability")

    def contributions(self, columns: Matrix) -> Matrix:
        """Return log-odds of shape (rows, features + 1): each feature's share, and the base."""
        return self._mean(columns, "contributions")

    def _mean(self, columns: Matrix, wanted: str) -> Matrix:
        share = wanted == "contributions"
        first = [
            model.predict(columns, pred_contrib=share, num_threads=THREADS)
            for model in self.lightgbm
        ]
        second = _xgboost_predictions(self.xgboost, columns, share)
        mean: Matrix = (np.mean(first, axis=0) + np.mean(second, axis=0, dtype=np.float64)) / 2
        return mean

    def save(self, folder: Path) -> None:
        """Write each model into its own file."""
        for number, first in enumerate(self.lightgbm):
            save_lightgbm(folder / LIGHTGBM_FILE.format(number), first)
        for number, second in enumerate(self.xgboost):
            save_xgboost(folder / XGBOOST_FILE.format(number), second)

    @classmethod
    def load(cls, folder: Path, names: Sequence[str]) -> Boosters:
        """Return the models among the named files of a folder; raises ``ModelError``."""
        first = [
            load_lightgbm(folder / name) for name in matching(names, LIGHTGBM_FILE.format("*"))
        ]
        second = [load_xgboost(folder / name) for name in matching(names, XGBOOST_FILE.format("*"))]
        if not first or not second:
            raise ModelError(f"{folder}: no trees; run: python project.py train {folder.name}")
        return cls(first, second)


def _xgboost_predictions(
    boosters: Sequence[xgboost.Booster], columns: Matrix, contributions: bool
) -> list[NDArray[np.float32]]:
    import xgboost

    table = xgboost.DMatrix(columns, nthread=THREADS)
    for booster in boosters:
        booster.set_param({"nthread": THREADS})
    return [booster.predict(table, pred_contribs=contributions) for booster in boosters]
