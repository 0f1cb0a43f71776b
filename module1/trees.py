"""Boosted trees of two libraries as one model in service: prediction and contributions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import filter as matching
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import lightgbm_text, xgboost_binary
from models.card import retrain
from models.errors import ModelError
from models.storage import load_lightgbm, load_xgboost
from models.tree_shares import LeafConditions, shares
from models.trees import Trees, in_order, in_single_precision
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
        first = self._lightgbm_trees.of_each_row(columns, self._of_lightgbm)
        second = self._xgboost_trees.of_each_row(in_single_precision(columns), self._of_xgboost)
        return (first + second) / 2

    def _of_lightgbm(self, values: Iterable[Matrix]) -> Matrix:
        """Return the mean probability by what the trees of one model after the other give."""
        trees = iter(values)
        sums = [in_order(islice(trees, len(model.roots))) for model in self.lightgbm]
        mean: Matrix = np.mean([lightgbm_text.probabilities_of(each) for each in sums], axis=0)
        return mean

    def _of_xgboost(self, values: Iterable[Matrix]) -> Matrix:
        trees = iter(values)
        sums = [model.sums(islice(trees, len(model.trees.roots))) for model in self.xgboost]
        found = [xgboost_binary.probabilities_of(each) for each in sums]
        mean: Matrix = np.mean(found, axis=0, dtype=np.float64)
        return mean

    # All models of a library as one, so that their columns are prepared once.
    @cached_property
    def _lightgbm_trees(self) -> Trees:
        return Trees.joined(self.lightgbm)

    @cached_property
    def _xgboost_trees(self) -> Trees:
        return Trees.joined([model.trees for model in self.xgboost])

    def contributions(self, row: Matrix) -> Matrix:
        """Return each feature's share of the log-odds of one row, both of shape (features,)."""
        first = shares(self._lightgbm_trees, self._lightgbm_conditions, row) / len(self.lightgbm)
        second = shares(self._xgboost_trees, self._xgboost_conditions, in_single_precision(row))
        return (first + second / len(self.xgboost)) / 2

    @cached_property
    def _lightgbm_conditions(self) -> LeafConditions:
        return LeafConditions.of(self._lightgbm_trees)

    @cached_property
    def _xgboost_conditions(self) -> LeafConditions:
        return LeafConditions.of(self._xgboost_trees)

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
