"""Rows held out, inside and outside: what a classifier says of rows that it was not fitted on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from module4.classifiers import BY_NAME, Classifier, scores
from module4.encoding import counts, vocabulary
from module4.features import MEASURES, Matrix
from training.curves import Ranking
from training.folds import grouped_folds
from training.weights import row_weights

GROUPED: Final = "grouped"
RANDOM: Final = "random"
SEED: Final = 1

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Scored:
    """What a classifier said of held-out rows.

    ``margins`` are scores less the threshold that was chosen on the other rows: from 0 on a row is
    dangerous. Times are seconds, of the last fit with the ``choice`` made, and of all rows scored.
    """

    held_out: Numbers
    scores: Matrix
    margins: Matrix
    choice: Mapping[str, Any]
    fit_seconds: float
    predict_seconds: float


def folds_of(rows: pl.DataFrame, split: str, count: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield (training rows, held-out rows): grouped as in ``training.folds``, or at random."""
    if split == GROUPED:
        yield from grouped_folds(rows, count, SEED)
        return
    from sklearn.model_selection import StratifiedKFold

    labels = rows["label"].to_numpy()
    yield from StratifiedKFold(count, shuffle=True, random_state=SEED).split(labels, labels)


def score_fold(rows: pl.DataFrame, name: str, split: str, fold: Fold) -> Scored:
    """Return what the named classifier says of the rows of one fold.

    Its hyperparameters and threshold are chosen in folds of the same kind within the training rows.
    """
    training, held_out = fold.training, fold.held_out
    classifier, own = BY_NAME[name], rows[training]
    tokens = vocabulary(own)
    choice, threshold = _chosen(classifier, own, tokens, split, fold.inner)
    begin = time.perf_counter()
    weights = row_weights(own)
    fitted = classifier.fitted(choice, columns(own, tokens), own["label"].to_numpy(), weights)
    middle = time.perf_counter()
    found = scores(fitted, columns(rows[held_out], tokens))
    end = time.perf_counter()
    return Scored(held_out, found, found - threshold, choice, middle - begin, end - middle)


@dataclass(frozen=True)
class Fold:
    """Rows trained on and held out, and the number of folds within the former."""

    training: Numbers
    held_out: Numbers
    inner: int


def columns(rows: pl.DataFrame, tokens: tuple[str, ...]) -> Matrix:
    """Return what the pipelines take: measures, then counts of tokens."""
    return np.hstack([rows.select(MEASURES).to_numpy(), counts(rows, tokens)])


def _chosen(
    classifier: Classifier, rows: pl.DataFrame, tokens: tuple[str, ...], split: str, inner: int
) -> tuple[Mapping[str, Any], float]:
    """Return the choice of the highest average precision, and the threshold of the best F1."""
    labels = rows["label"].to_numpy()
    tried = [
        _inside(classifier, choice, rows, tokens, split, inner) for choice in classifier.choices
    ]
    rankings = [Ranking.of(found, labels) for found in tried]
    precisions = [ranking.curve().average_precision() for ranking in rankings]
    best = int(np.argmax(precisions))
    return classifier.choices[best], best_threshold(rankings[best])


def _inside(
    classifier: Classifier,
    choice: Mapping[str, Any],
    rows: pl.DataFrame,
    tokens: tuple[str, ...],
    split: str,
    inner: int,
) -> Matrix:
    found = np.zeros(len(rows))
    labels, matrix, weights = rows["label"].to_numpy(), columns(rows, tokens), row_weights(rows)
    for training, held_out in folds_of(rows, split, inner):
        fitted = classifier.fitted(choice, matrix[training], labels[training], weights[training])
        found[held_out] = scores(fitted, matrix[held_out])
    return found


def best_threshold(ranking: Ranking) -> float:
    """Return the threshold of the highest F1, midway between the scores around it."""
    curve = ranking.curve()
    flagged = curve.true + curve.false
    f1 = 2 * curve.true / (flagged + curve.true[-1])
    best = int(np.argmax(f1))
    below = ranking.scores[best + 1 : best + 2]
    return float((ranking.scores[best] + below[0]) / 2 if len(below) else ranking.scores[best])
