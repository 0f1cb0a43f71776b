"""Rows ranked by score, and what recall and precision cost in false positives; rows may weigh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics import Labels, Scores

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """Rows from the highest score to the lowest.

    ``order`` are row numbers, ``last`` the positions in it where a run of equal scores ends,
    ``scores`` those scores, and ``malicious`` says for each position what the row is.
    """

    order: Positions
    last: Positions
    scores: Scores
    malicious: NDArray[np.bool_]

    @classmethod
    def of(cls, scores: Scores, labels: Labels) -> Ranking:
        """Rank rows; ``labels`` are 1 for malicious."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else order
        return cls(order, last, ranked[last], labels[order] == 1)

    def curve(self, weights: Scores | None = None) -> Curve:
        """Return the curve of the rows, each with its weight (1 unless given)."""
        weight = np.ones(len(self.order)) if weights is None else weights[self.order]
        true = np.cumsum(np.where(self.malicious, weight, 0.0))[self.last]
        false = np.cumsum(np.where(self.malicious, 0.0, weight))[self.last]
        return Curve(true, false)


@dataclass(frozen=True)
class Curve:
    """Weight of the true and of the false positives at each score, from the highest on."""

    true: Scores
    false: Scores

    @property
    def has_both_classes(self) -> bool:
        """Whether there are malicious rows and benign ones."""
        return len(self.true) > 0 and bool(self.true[-1] > 0 and self.false[-1] > 0)

    @property
    def recall(self) -> Scores:
        """Share of the malicious rows at or above each score."""
        shares: Scores = self.true / self.true[-1]
        return shares

    @property
    def false_positive_rate(self) -> Scores:
        """Share of the benign rows at or above each score."""
        shares: Scores = self.false / self.false[-1]
        return shares

    @property
    def precision(self) -> Scores:
        """Share of malicious rows among those at or above each score; 1 where none weighs."""
        flagged = self.true + self.false
        return np.divide(self.true, flagged, out=np.ones_like(flagged), where=flagged > 0)

    def average_precision(self) -> float:
        """Return the sum over the scores of the gain in recall times precision."""
        return float(np.sum(np.diff(self.recall, prepend=0.0) * self.precision))

    def best_f1(self) -> float:
        """Return the highest harmonic mean of precision and recall over the scores."""
        return float(np.max(2 * self.true / (self.true + self.false + self.true[-1])))

    def roc_auc(self) -> float:
        """Return the area under recall over false-positive rate, by trapezoids."""
        recall = np.concatenate([[0.0], self.recall])
        steps = np.diff(self.false_positive_rate, prepend=0.0)
        return float(np.sum(steps * (recall[1:] + recall[:-1]) / 2))

    def admitted(self, rate: float) -> int:
        """Return how many scores, from the highest on, stay within a false-positive rate."""
        return int(np.searchsorted(self.false, rate * self.false[-1] * (1 + 1e-12), side="right"))

    def recall_at(self, rate: float) -> float:
        """Return the highest recall within a false-positive rate."""
        count = self.admitted(rate)
        return float(self.recall[count - 1]) if count else 0.0


def thinned(curve: Curve, most: int = 200) -> dict[str, list[float]]:
    """Return at most ``most`` points of a curve, as values that JSON can hold.

    They are spread evenly over false-positive rates of equal ratio, where differences matter, with
    the ends. A curve without both classes has no points.
    """
    if not curve.has_both_classes:
        return {"false_positive_rate": [], "recall": [], "precision": []}
    count = len(curve.true)
    rank = np.log1p(curve.false) / np.log1p(curve.false[-1]) + curve.recall
    wanted = np.linspace(rank[0], rank[-1], most)
    kept = np.unique(np.append(np.searchsorted(rank, wanted), count - 1).clip(max=count - 1))
    return {
        "false_positive_rate": _rounded(curve.false_positive_rate[kept]),
        "recall": _rounded(curve.recall[kept]),
        "precision": _rounded(curve.precision[kept]),
    }


def _rounded(values: Scores) -> list[float]:
    return [round(float(value), 5) for value in values]
