"""Encoders and trees from labelled connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from module1.boosting import ROUNDS, FittedBoosters, Fold, TrainingColumns, fit_boosters
from module1.contest import WEAK_LABEL
from module1.encoders import Encoders
from module1.training_rows import connection_weights
from module1.trees import Matrix
from training.folds import grouped_folds
from training.out_of_fold import possible_folds

FOLDS: Final = 5
_FOLDING_SEED: Final = 7
# Rounds when there is nothing to hold out, so that nothing tells when to stop.
_ROUNDS_WITHOUT_FOLDS: Final = 100


@dataclass(frozen=True)
class Settings:
    """What the model learns from, beside the labelled connections.

    ``addresses``: columns of addresses. ``contest_names``: the contest's records count in frequency
    codes and word vectors. ``contest_labels``: the weak labels whose records are trained on, with
    ``contest_weight`` together, relative to all other rows. (Its malicious records are all Emotet
    or Trickbot: with them, figures for that family are not of an unseen family.) ``ignored``:
    columns that are left out. ``rounds``: the most trees of each model.
    """

    addresses: bool = False
    contest_names: bool = True
    contest_labels: frozenset[int] = frozenset()
    contest_weight: float = 0.05
    ignored: frozenset[str] = frozenset()
    rounds: int = ROUNDS


SHIPPED: Final = Settings()


def fit(
    rows: pl.DataFrame, contest: pl.DataFrame, settings: Settings = SHIPPED
) -> tuple[Encoders, FittedBoosters]:
    """Fit encoders on the rows, then trees on folds of them.

    ``rows`` as ``module1.tables.CONNECTIONS_SCHEMA``, of both classes; ``contest`` as
    ``module1.contest.CONTEST_SCHEMA``.
    """
    everything = pl.concat([rows, contest], how="diagonal") if settings.contest_names else rows
    encoders = Encoders.fit(everything, addresses=settings.addresses)
    labelled = TrainingColumns(
        encoded(encoders, rows, settings), rows["label"].to_numpy(), connection_weights(rows)
    )
    folds = _folds(rows)
    if not folds:
        every = np.arange(rows.height)
        rounds = min(_ROUNDS_WITHOUT_FOLDS, settings.rounds)
        return encoders, fit_boosters(labelled, [(every, every)], rounds)
    if contest[WEAK_LABEL].is_in(sorted(settings.contest_labels)).any():
        labelled, folds = _with_contest(labelled, folds, encoders, contest, settings)
    return encoders, fit_boosters(labelled, folds, settings.rounds)


def encoded(encoders: Encoders, rows: pl.DataFrame, settings: Settings = SHIPPED) -> Matrix:
    """Return the rows' columns as an array, ignored columns as missing."""
    table = encoders.transform(rows)
    ignored = settings.ignored.intersection(table.columns)
    return table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ignored).to_numpy()


def fit_and_score(
    rows: pl.DataFrame,
    scored: pl.DataFrame,
    contest: pl.DataFrame,
    settings: Settings = SHIPPED,
) -> Matrix:
    """Return the probabilities of ``scored`` from a model fitted on ``rows``."""
    encoders, boosters = fit(rows, contest, settings)
    return boosters.predict(encoded(encoders, scored, settings))


def _folds(rows: pl.DataFrame) -> list[Fold]:
    """Return folds with both classes on either side; none when there are too few groups."""
    count = min(FOLDS, possible_folds(rows))
    if count < 2:
        return []
    labels = rows["label"].to_numpy()
    folds = grouped_folds(rows, count, _FOLDING_SEED)
    return [fold for fold in folds if all(len(np.unique(labels[side])) == 2 for side in fold)]


def _with_contest(
    labelled: TrainingColumns,
    folds: list[Fold],
    encoders: Encoders,
    contest: pl.DataFrame,
    settings: Settings,
) -> tuple[TrainingColumns, list[Fold]]:
    """Add the weakly labelled records, classes balanced, to the training rows of every fold."""
    known = contest.filter(pl.col(WEAK_LABEL).is_in(sorted(settings.contest_labels)))
    labels = known[WEAK_LABEL].to_numpy()
    together = settings.contest_weight * labelled.weights.sum()
    per_class = np.bincount(labels, minlength=2)
    weights = together / np.count_nonzero(per_class) / per_class[labels]
    count = len(labelled.labels)
    added = np.arange(count, count + len(labels))
    joined = TrainingColumns(
        np.vstack([labelled.columns, encoded(encoders, known, settings)]),
        np.concatenate([labelled.labels, labels]),
        np.concatenate([labelled.weights, weights]),
    )
    return joined, [(np.concatenate([training, added]), held_out) for training, held_out in folds]
