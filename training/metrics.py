"""Figures of merit with intervals, from scores and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.resampling import RESAMPLES, Draws, drawn_share

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]


def threshold_at_false_positive_rate(scores: Scores, labels: Labels, rate: float) -> float:
    """Return a threshold at which at most ``rate`` of the negatives score above or at it.

    ``labels`` are 1 for malicious. As many negatives as the rate allows are admitted. The threshold
    lies midway between the first one that is not and the next higher score of either class, so that
    classes that are well apart have it between them; 1 counts as a score.
    """
    negatives = np.sort(scores[labels == 0])[::-1]
    admitted = int(rate * len(negatives))
    if admitted >= len(negatives):
        return 0.0
    refused = float(negatives[admitted])
    higher = scores[scores > refused]
    middle = (refused + float(np.min(higher, initial=1.0))) / 2
    return max(middle, float(np.nextafter(refused, np.inf)))


def recall_at_false_positive_rate(scores: Scores, labels: Labels, rate: float) -> float:
    """Return the share of malicious rows at or above the threshold for that rate."""
    threshold = threshold_at_false_positive_rate(scores, labels, rate)
    return float(np.mean(scores[labels == 1] >= threshold))


def summary(
    scores: Scores, labels: Labels, threshold: float, captures: NDArray[np.str_]
) -> dict[str, Any]:
    """Return counts and figures of a binary detector at its threshold, rounded to four places.

    The intervals of shares are over resampled ``captures``, one a row.
    """
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    flagged, malicious = scores >= threshold, labels == 1
    draws = Draws.of(captures, RESAMPLES)
    return {
        "positives": int(np.sum(malicious)),
        "negatives": int(np.sum(labels == 0)),
        "average_precision": _rounded(average_precision_score(labels, scores)),
        "roc_auc": _rounded(roc_auc_score(labels, scores)),
        "brier": _rounded(brier_score_loss(labels, scores)),
        "recall_at_fpr_0.01": _rounded(recall_at_false_positive_rate(scores, labels, 0.01)),
        "recall": drawn_share(flagged, malicious, draws),
        "false_positive_rate": drawn_share(flagged, labels == 0, draws),
        "precision": drawn_share(malicious, flagged, draws),
    }


def summary_line(figures: Mapping[str, Any]) -> str:
    """Return what ranks detectors in a line: of ``summary``, with the mean over families."""
    return (
        f"average precision {figures['average_precision']:.3f}, "
        f"recall at 1 % false positives {figures['recall_at_fpr_0.01']:.3f} "
        f"(mean over families {figures['mean_recall_by_family_at_fpr_0.01']:.3f})"
    )


def _rounded(value: float) -> float:
    return round(float(value), 4)
