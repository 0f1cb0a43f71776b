"""The trained models in service: the class of attack of each flow, or that they cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from models.card import MODELS, Card, read_card, retrain
from models.errors import ModelError
from models.many_classes import ClassForest, lightgbm_class_probabilities
from models.storage import load_arrays, load_class_forest, load_lightgbm
from models.trees import Trees
from module3.classes import BENIGN, CLASSES, LOGIN_PORTS
from module3.fitting import Kinds
from module3.model_columns import FEATURES, Matrix, matrix
from module3.ranges import Ranges
from module3.repetition import repeated

FOLDER: Final = "module3"
FOREST_FILE: Final = "forest.npz"
TREES_FILE: Final = "trees.txt"
RANGES_FILE: Final = "ranges.npz"
DISTANCE: Final = "distance_from_training_rows"
PROBABILITY: Final = "probability_of_an_attack"
NOT_ASSESSED: Final = "NOT ASSESSED"
MODEL, REPETITION = "model", "repetition"  # what a class rests on
_BENIGN: Final = CLASSES.index(BENIGN)


@dataclass(frozen=True)
class Classifier:
    """Both models, the ranges of their training rows, and the card's two thresholds."""

    forest: ClassForest
    boosted: Trees
    ranges: Ranges
    distance: float
    probability: float

    def forest_probabilities(self, rows: Matrix) -> Matrix:
        """Return the forest's probabilities of ``CLASSES``, shape (rows, classes)."""
        return self.forest.probabilities(rows)

    def boosted_probabilities(self, rows: Matrix) -> Matrix:
        """Return the boosted trees' probabilities of ``CLASSES``, shape (rows, classes)."""
        return lightgbm_class_probabilities(self.boosted, rows, len(CLASSES))

    def modelled(self, flows: pl.DataFrame) -> pl.DataFrame:
        """Return ``class`` and ``probability`` of each flow as the models have them."""
        classes, probabilities = self.by_models(matrix(flows))
        schema = {"class": pl.String, "probability": pl.Float64}
        return pl.DataFrame({"class": classes, "probability": probabilities}, schema)

    def by_models(self, rows: Matrix) -> tuple[list[str], Matrix]:
        """Return the class of each row of ``matrix`` and its probability.

        The forest names it. An attack counts only if the boosted trees name the same and the mean
        probability of both is high enough; that, and what is unlike the training rows of its
        class, is NOT ASSESSED.
        """
        shares = self.forest_probabilities(rows)
        kinds = shares.argmax(axis=1)
        probability = shares.max(axis=1, initial=0)
        known = self.ranges.distances(rows, kinds) <= self.distance
        attacks = np.flatnonzero(known & (kinds != _BENIGN))
        probability[attacks], agreed = self._confirmed(rows[attacks], shares[attacks])
        known[attacks] &= agreed & (probability[attacks] >= self.probability)
        names = np.where(known, np.array(CLASSES)[kinds], NOT_ASSESSED)
        return names.tolist(), probability

    def _confirmed(self, rows: Matrix, shares: Matrix) -> tuple[Matrix, Kinds]:
        """Return the mean probability of the forest's class, and whether both name that class."""
        kinds = shares.argmax(axis=1)
        others = self.boosted_probabilities(rows)
        places = np.arange(len(rows)), kinds
        return (shares[places] + others[places]) / 2, others.argmax(axis=1) == kinds


def by_repetition(flows: pl.DataFrame) -> pl.DataFrame:
    """Return ``class``, ``probability``, ``basis`` and ``evidence`` of each flow.

    ``flows`` are those of a whole capture, with the columns that ``repeated`` needs and what the
    models say of each. Who tries again and again is only seen in all flows; the models count
    elsewhere, unless they tell a login where nothing was sent, and to another port.
    """
    by_rule = pl.col("guessed").is_not_null()
    basis = pl.when(by_rule).then(pl.lit(REPETITION)).otherwise(pl.lit(MODEL))
    return flows.hstack(repeated(flows)).select(
        pl.coalesce("guessed", _no_login(), pl.col("class").cast(pl.String)).alias("class"),
        pl.when(~by_rule).then("probability"),
        basis.alias("basis"),
        "evidence",
    )


def _no_login() -> pl.Expr:
    """Return NOT ASSESSED for what the models call a login though it cannot be one, else null."""
    empty = pl.sum_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts") == 0
    elsewhere = pl.any_horizontal(
        (pl.col("class") == kind) & (pl.col("Dst Port") != port) & (pl.col("Src Port") != port)
        for kind, port in LOGIN_PORTS.items()
    )
    return pl.when(empty & elsewhere).then(pl.lit(NOT_ASSESSED))


def load(models: Path = MODELS) -> Classifier:
    """Return the classifier of a models folder; raises ``ModelError`` when it is unusable."""
    folder = models / FOLDER
    thresholds = _card(folder).thresholds
    return Classifier(
        load_class_forest(folder / FOREST_FILE),
        load_lightgbm(folder / TREES_FILE, len(CLASSES)),
        _ranges(folder),
        thresholds[DISTANCE],
        thresholds[PROBABILITY],
    )


def _card(folder: Path) -> Card:
    card = read_card(folder, FEATURES)
    missing = {DISTANCE, PROBABILITY} - set(card.thresholds)
    if missing:
        raise ModelError(f"{folder}: no threshold {min(missing)} in its card; {retrain(folder)}")
    return card


def _ranges(folder: Path) -> Ranges:
    try:
        return Ranges(**load_arrays(folder / RANGES_FILE))
    except (OSError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder / RANGES_FILE}: no ranges of training rows ({error}); {retrain(folder)}"
        ) from None
