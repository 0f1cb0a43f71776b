"""Boosted trees of two libraries as one model in service: prediction and contributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import filter as matching
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.card import retrain
from models.errors import ModelError
from models.lightgbm_text import lightgbm_probabilities
from models.storage import load_lightgbm, load_xgboost
from models.tree_shares import LeafConditions, shares
from models.trees import Trees, in_single_precision
from models.xgboost_binary import XGBoostTrees

LIGHTGBM_FILE: Final = "lightgbm_{}.txt"
XGBOOST_FILE: Final = "xgboost_{}.ubj"

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Boosters:
    """Boosted trees of two libraries, trained on the same columns; their mean is the score."""

    lightgbm: Sequence[Trees]
    xgboost: Sequence[XGBoostTrees]

    def predict(self, columns: Matrix) -> Matrix:
        """Return the probability of each row of a matrix of shape (rows, features)."""
        first = [lightgbm_probabilities(trees, columns) for trees in self.lightgbm]
        second = [trees.probabilities(columns) for trees in self.xgboost]
        return mean_of_both(first, second)

    def contributions(self, row: Matrix) -> Matrix:
        """Return each feature's share of the log-odds of one row, both of shape (features,)."""
        first = shares(*self._lightgbm_conditions, row) / len(self.lightgbm)
        rounded = in_single_precision(row)
        second = shares(*self._xgboost_conditions, rounded) / len(self.xgboost)
        return (first + second) / 2

    @cached_property
    def _lightgbm_conditions(self) -> tuple[Trees, LeafConditions]:
        trees = Trees.joined(self.lightgbm)
        return trees, LeafConditions.of(trees)

    @cached_property
    def _xgboost_conditions(self) -> tuple[Trees, LeafConditions]:
        trees = Trees.joined([model.trees for model in self.xgboost])
        return trees, LeafConditions.of(trees)

    @classmethod
    def load(cls, folder: Path, names: Sequence[str]) -> Boosters:
        """Return the models among the named files of a folder; raises ``ModelError``."""
        first = [
            load_lightgbm(folder / name) for name in matching(names, LIGHTGBM_FILE.format("*"))
        ]
        second = [load_xgboost(folder / name) for name in matching(names, XGBOOST_FILE.format("*"))]
        if not first or not second:
            raise ModelError(f"{folder}: no trees; {retrain(folder)}")
        return cls(first, second)


def mean_of_both(first: Sequence[Matrix], second: Sequence[NDArray[np.float32]]) -> Matrix:
    """Return the mean of two libraries' means, each over its models."""
    mean: Matrix = (np.mean(first, axis=0) + np.mean(second, axis=0, dtype=np.float64)) / 2
    return mean
