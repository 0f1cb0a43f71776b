"""The threshold of the detector: where precision and recall are best together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def best_threshold(scores: Numbers, labels: NDArray[np.int64], weights: Numbers) -> float:
    """Return the score from which on rows are malicious, so that 4PR / (P + 3R) is greatest.

    Precision P and recall R count each row with its weight. The figure is the F-measure with
    beta² = 1/3: precision weighs three times as much as recall. Of equally good thresholds the
    highest is taken. Raises ``ValueError`` without a malicious row.
    """
    if not (labels == 1).any():
        raise ValueError("a threshold needs malicious rows")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    flagged = np.cumsum(weights[order])
    found = np.cumsum(weights[order] * (labels[order] == 1))
    precision, recall = found / flagged, found / found[-1]
    sum_of_both = np.maximum(precision + 3 * recall, np.finfo(np.float64).tiny)
    figure = 4 * precision * recall / sum_of_both
    last_of_equals = np.append(ranked[1:] != ranked[:-1], True)
    return float(ranked[np.argmax(np.where(last_of_equals, figure, -1.0))])
