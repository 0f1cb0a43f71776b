"""Probabilities for training rows from models that saw neither their family nor their capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.folds import grouped_folds, groups
from training.metrics import threshold_at_false_positive_rate

Probabilities = NDArray[np.float64]
FitAndScore = Callable[[pl.DataFrame, pl.DataFrame], Probabilities]

FOLDS: Final = 10
SEEDS: Final = (1, 2, 3)


def possible_folds(rows: pl.DataFrame) -> int:
    """Return how many folds can hold both classes; with fewer than 2 there is nothing to hold out.

    ``rows`` are as in ``training.folds.groups``.
    """
    table = rows.select("label", pl.Series("group", groups(rows))).unique()
    counts = table.group_by("label").len()["len"].to_list()
    return min(counts) if len(counts) > 1 else 0


def out_of_fold(
    rows: pl.DataFrame,
    fit_and_score: FitAndScore,
    folds: int = FOLDS,
    seeds: Sequence[int] = SEEDS,
) -> Probabilities:
    """Return one probability a row, the mean over foldings with different seeds.

    ``fit_and_score`` fits on its first table and returns probabilities for its second. A small
    table is folded ``possible_folds`` times, which must be 2 at least.
    """
    count = min(folds, possible_folds(rows))
    total = np.zeros(rows.height)
    for seed in seeds:
        for training, held_out in grouped_folds(rows, count, seed):
            total[held_out] += score_held_out(rows[training], rows[held_out], fit_and_score)
    return total / len(seeds)


def score_held_out(
    training: pl.DataFrame, held_out: pl.DataFrame, fit_and_score: FitAndScore
) -> Probabilities:
    """Return the probabilities of held-out rows; after one class alone, 0 or 1 for that class."""
    classes = training["label"].unique().to_list()
    if len(classes) == 1:
        return np.full(held_out.height, float(classes[0]))
    return fit_and_score(training, held_out)


def recall_by_family(rows: pl.DataFrame, probabilities: Probabilities, rate: float) -> float:
    """Return the mean over malicious families of the recall at a false-positive rate."""
    labels = rows["label"].to_numpy()
    threshold = threshold_at_false_positive_rate(probabilities, labels, rate)
    found = pl.Series("found", probabilities >= threshold).cast(pl.Float64)
    malicious = rows.select("label", "family", found).filter(pl.col("label") == 1)
    shares = malicious.group_by("family").agg(pl.col("found").mean())["found"].to_numpy()
    return float(np.mean(shares)) if len(shares) else 0.0
