"""Figures of merit with intervals, from scores and labels."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]


def wilson_interval(successes: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson 1927); (0, 1) without observations."""
    if total == 0:
        return 0.0, 1.0
    share = successes / total
    centre = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


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


def summary(scores: Scores, labels: Labels, threshold: float) -> dict[str, Any]:
    """Return counts and figures of a binary detector at its threshold, rounded to four places."""
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    flagged = scores >= threshold
    positives, negatives = int(np.sum(labels == 1)), int(np.sum(labels == 0))
    found = int(np.sum(flagged & (labels == 1)))
    false = int(np.sum(flagged & (labels == 0)))
    return {
        "positives": positives,
        "negatives": negatives,
        "average_precision": _rounded(average_precision_score(labels, scores)),
        "roc_auc": _rounded(roc_auc_score(labels, scores)),
        "brier": _rounded(brier_score_loss(labels, scores)),
        "recall_at_fpr_0.01": _rounded(recall_at_false_positive_rate(scores, labels, 0.01)),
        "recall": _share(found, positives),
        "false_positive_rate": _share(false, negatives),
        "precision": _share(found, found + false),
    }


def summary_line(figures: Mapping[str, Any]) -> str:
    """Return what ranks detectors in a line: of ``summary``, with the mean over families."""
    return (
        f"average precision {figures['average_precision']:.3f}, "
        f"recall at 1 % false positives {figures['recall_at_fpr_0.01']:.3f} "
        f"(mean over families {figures['mean_recall_by_family_at_fpr_0.01']:.3f})"
    )


def _share(successes: int, total: int) -> dict[str, Any]:
    low, high = wilson_interval(successes, total)
    return {
        "count": successes,
        "of": total,
        "share": _rounded(successes / total) if total else None,
        "interval": [_rounded(low), _rounded(high)],
    }


def _rounded(value: float) -> float:
    return round(float(value), 4)
