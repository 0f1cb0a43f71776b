"""What thresholds find on servers of other families and captures than they were set on.

The thresholds of the models are set on all out-of-fold scores, so that shares at them, on the same
scores, are those that were aimed at.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from training.metrics import threshold_at_false_positive_rate
from training.out_of_fold import Probabilities, out_of_fold, possible_folds
from verdict.train import FALSE_POSITIVE_RATE

FOLDS: Final = 5
SEEDS: Final = range(1, 11)


class Shares(NamedTuple):
    """The shares of malicious and of benign servers that are called malicious."""

    malicious: float
    benign: float


def shares(rows: pl.DataFrame, detector: str) -> Shares | None:
    """Return the shares at thresholds for 1 % false positives, the mean over ten foldings.

    ``rows`` are as ``verdict.out_of_fold.read`` gives them, with the scores in the detector's
    column. Each threshold is set on four of five parts and holds for the fifth; families, captures
    and servers are in one part each. None with too few of them.
    """
    scored = rows.drop_nulls(detector)
    if possible_folds(scored) < 2:
        return None

    def called(others: pl.DataFrame, held_out: pl.DataFrame) -> Probabilities:
        scores, labels = others[detector].to_numpy(), others["label"].to_numpy()
        threshold = threshold_at_false_positive_rate(scores, labels, FALSE_POSITIVE_RATE)
        return np.asarray(held_out[detector].to_numpy() >= threshold, dtype=np.float64)

    found = out_of_fold(scored, called, FOLDS, SEEDS)
    is_malicious = scored["label"].to_numpy() == 1
    return Shares(float(np.mean(found[is_malicious])), float(np.mean(found[~is_malicious])))
