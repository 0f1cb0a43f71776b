"""All figures of one detector on scored rows, with intervals over resampled captures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.curves import Curve, Ranking, thinned
from training.intervals import wilson_interval
from training.metrics import Labels, Scores, threshold_at_false_positive_rate
from training.resampling import RESAMPLES, Draws, drawn_share, interval
from training.sources import reliability_by_source

RATES: Final = (0.05, 0.01, 0.001)
RATE_OF_FAMILIES: Final = 0.01
CONNECTIONS_A_DAY: Final = 50_000  # of about a hundred office hosts
_BINS: Final = 10

Texts = NDArray[np.str_]


@dataclass(frozen=True)
class ScoredRows:
    """One score a row, its label (1 malicious), and where the row comes from.

    ``families`` and ``roles`` are read of malicious rows only.
    """

    scores: Scores
    labels: Labels
    captures: Texts
    families: Texts
    roles: Texts


def figures(
    rows: ScoredRows, threshold: float | None, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Return the figures as values that JSON can hold, rounded to four places.

    Without a ``threshold`` it is that of 1 % false positives among these rows. Figures that need
    both classes are None without them. Intervals hold the middle 95 % of ``resamples`` draws of as
    many captures with replacement, from a fixed seed; those of the bins of scores are Wilson's.
    """
    prepared = _Prepared.of(rows)
    draws = Draws.of(rows.captures, resamples)
    chosen = threshold
    if chosen is None:
        chosen = threshold_at_false_positive_rate(rows.scores, rows.labels, RATE_OF_FAMILIES)
    return {
        "positives": int(np.sum(rows.labels == 1)),
        "negatives": int(np.sum(rows.labels == 0)),
        "captures": len(np.unique(rows.captures)),
        "families": len(_families(rows)),
        **_with_intervals(prepared, draws),
        "at_threshold": {
            "threshold": chosen,
            "of_the_shipped_model": threshold is not None,
            **_at_threshold(rows, chosen, draws),
            "false_alarms_a_day": _false_alarms(rows, chosen, draws),
        },
        "by_family": _by_family(prepared, chosen),
        "reliability": reliability(rows.scores, rows.labels),
        "by_source": reliability_by_source(rows.scores, rows.labels, rows.captures),
        "curve": thinned(prepared.ranking.curve()),
    }


def point_figures(rows: ScoredRows, weights: Scores | None = None) -> dict[str, float]:
    """Return the figures that have intervals; none of those that need both classes without them.

    ``weights`` say how often each row counts, once unless given.
    """
    return _point_figures(_Prepared.of(rows), weights)


def reliability(scores: Scores, labels: Labels, bins: int = _BINS) -> list[dict[str, Any]]:
    """Return for each bin of scores, of equal width, what share of its rows is malicious."""
    numbers = np.clip((scores * bins).astype(np.int64), 0, bins - 1)
    return [
        _bin(number / bins, (number + 1) / bins, scores[inside], labels[inside])
        for number in range(bins)
        if (inside := numbers == number).any()
    ]


def _bin(low: float, high: float, scores: Scores, labels: Labels) -> dict[str, Any]:
    return {
        "from": round(low, 4),
        "to": round(high, 4),
        "mean_score": _rounded(float(np.mean(scores))),
        "malicious": share(int(np.sum(labels == 1)), len(labels)),
    }


def share(count: int, total: int) -> dict[str, Any]:
    """Return a share with its counts and Wilson's 95 % interval; None of nothing."""
    low, high = wilson_interval(count, total)
    return {
        "count": count,
        "of": total,
        "share": _rounded(count / total) if total else None,
        "interval": [_rounded(low), _rounded(high)],
    }


@dataclass(frozen=True)
class _Families:
    """Some malicious rows by number, and the number of the family of each."""

    chosen: NDArray[np.int64]
    number: NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, rows: ScoredRows, chosen: NDArray[np.bool_]) -> _Families:
        names, number = np.unique(rows.families[chosen], return_inverse=True)
        return cls(np.flatnonzero(chosen), number, len(names))

    def mean_recall(self, flagged: NDArray[np.bool_], weights: Scores | None) -> float | None:
        """Return the mean over the families that weigh of the share that is flagged."""
        weight = np.ones(len(self.chosen)) if weights is None else weights[self.chosen]
        total = np.bincount(self.number, weight, self.count)
        found = np.bincount(self.number, weight * flagged[self.chosen], self.count)
        known = total > 0
        return float(np.mean(found[known] / total[known])) if known.any() else None


@dataclass(frozen=True)
class _Prepared:
    """What all resamples share."""

    rows: ScoredRows
    ranking: Ranking
    families: dict[str, _Families]

    @classmethod
    def of(cls, rows: ScoredRows) -> _Prepared:
        families = {
            "all": _Families.of(rows, rows.labels == 1),
            "c2": _Families.of(rows, _is_c2(rows)),
        }
        return cls(rows, Ranking.of(rows.scores, rows.labels), families)


def _point_figures(prepared: _Prepared, weights: Scores | None) -> dict[str, float]:
    curve = prepared.ranking.curve(weights)
    if not curve.has_both_classes:
        return {}
    flagged = _flagged_at(prepared.ranking, curve, RATE_OF_FAMILIES)
    by_family = {
        f"mean_recall_by_family_{name}": families.mean_recall(flagged, weights)
        for name, families in prepared.families.items()
    }
    return {
        "average_precision": curve.average_precision(),
        "roc_auc": curve.roc_auc(),
        "brier": _brier(prepared.rows, weights),
        **{f"recall_at_fpr_{rate}": curve.recall_at(rate) for rate in RATES},
        **{name: value for name, value in by_family.items() if value is not None},
    }


def _with_intervals(prepared: _Prepared, draws: Draws) -> dict[str, Any]:
    names = [
        *("average_precision", "roc_auc", "brier"),
        *(f"recall_at_fpr_{rate}" for rate in RATES),
        *("mean_recall_by_family_all", "mean_recall_by_family_c2"),
    ]
    values = _point_figures(prepared, None)
    drawn = [_point_figures(prepared, weights) for weights in draws.weights()] if values else []
    return {
        name: _estimate(values.get(name), [each[name] for each in drawn if name in each])
        for name in names
    }


def _estimate(value: float | None, drawn: Sequence[float]) -> dict[str, Any]:
    bounds = interval(drawn) if value is not None else None
    return {
        "value": None if value is None else _rounded(value),
        "interval": None if bounds is None else [_rounded(bound) for bound in bounds],
    }


def _false_alarms(rows: ScoredRows, threshold: float, draws: Draws) -> dict[str, Any] | None:
    """Return the benign rows called malicious in a day's connections; None without benign rows."""
    benign = rows.labels == 0
    if not benign.any():
        return None
    flagged = rows.scores >= threshold
    bounds = interval(draws.shares(flagged, benign))
    return {
        "value": round(CONNECTIONS_A_DAY * float(np.mean(flagged[benign]))),
        "interval": None if bounds is None else [round(CONNECTIONS_A_DAY * b) for b in bounds],
    }


def _brier(rows: ScoredRows, weights: Scores | None) -> float:
    return float(np.average((rows.scores - rows.labels) ** 2, weights=weights))


def _flagged_at(ranking: Ranking, curve: Curve, rate: float) -> NDArray[np.bool_]:
    """Return for each row whether it is among those that a false-positive rate allows."""
    count = curve.admitted(rate)
    flagged = np.zeros(len(ranking.order), dtype=bool)
    if count:
        flagged[ranking.order[: ranking.last[count - 1] + 1]] = True
    return flagged


def _is_c2(rows: ScoredRows) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = (rows.labels == 1) & (rows.roles == "c2")
    return chosen


def _families(rows: ScoredRows) -> list[str]:
    found: list[str] = np.unique(rows.families[rows.labels == 1]).tolist()
    return found


def _at_threshold(rows: ScoredRows, threshold: float, draws: Draws) -> dict[str, Any]:
    flagged, malicious = rows.scores >= threshold, rows.labels == 1
    recall = drawn_share(flagged, malicious, draws)
    false = drawn_share(flagged, ~malicious, draws)
    return {
        "true_positives": recall["count"],
        "false_negatives": recall["of"] - recall["count"],
        "false_positives": false["count"],
        "true_negatives": false["of"] - false["count"],
        "precision": drawn_share(malicious, flagged, draws),
        "recall": recall,
        "false_positive_rate": false,
    }


def _by_family(prepared: _Prepared, threshold: float) -> dict[str, Any]:
    """Return for each family how many rows it has, how many of them are c2, and how many found."""
    rows, curve = prepared.rows, prepared.ranking.curve()
    known = curve.has_both_classes
    at_rate = _flagged_at(prepared.ranking, curve, RATE_OF_FAMILIES) if known else None
    at_threshold = rows.scores >= threshold
    found = {}
    for family in _families(rows):
        of_family = (rows.labels == 1) & (rows.families == family)
        found[family] = {
            "rows": int(of_family.sum()),
            "c2": int((of_family & _is_c2(rows)).sum()),
            "found_at_threshold": int(at_threshold[of_family].sum()),
            "found_at_fpr_0.01": None if at_rate is None else int(at_rate[of_family].sum()),
        }
    return found


def _rounded(value: float) -> float:
    return round(value, 4)
