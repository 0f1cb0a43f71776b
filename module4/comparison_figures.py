"""Figures of merit of a classifier that says safe or dangerous, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from module4.features import Matrix
from training.curves import Ranking, thinned
from training.resampling import Draws, interval

Labels = NDArray[np.int64]
Booleans = NDArray[np.bool_]


def figures(
    scores: Matrix, flagged: Booleans, labels: Labels, captures: NDArray[np.str_], resamples: int
) -> dict[str, Any]:
    """Return counts, F1, precision, recall and average precision; labels are 1 for dangerous.

    ``f1_weighted`` is the mean of the F1 of both classes, weighted by their sizes, which is what
    the ancestor called F1; ``f1_balanced`` is their mean if both were of one size. Intervals hold
    the middle 95 % of so many draws of whole captures.
    """
    ranking = Ranking.of(scores, labels)
    values = _point_figures(ranking, flagged, labels, np.ones(len(labels)))
    drawn = [
        _point_figures(ranking, flagged, labels, weights)
        for weights in Draws.of(captures, resamples).weights()
    ]
    return {
        "counts": _counts(flagged, labels, np.ones(len(labels), dtype=np.int64)),
        **{name: _estimate(values[name], [each[name] for each in drawn]) for name in values},
        "curve": thinned(ranking.curve()),
    }


def safe_throughout(labels: Labels) -> dict[str, float]:
    """Return the figures of calling every conversation safe, which a classifier must exceed."""
    nothing = np.zeros(len(labels), dtype=np.bool_)
    ranking = Ranking.of(np.zeros(len(labels)), labels)
    values = _point_figures(ranking, nothing, labels, np.ones(len(labels)))
    return {name: round(value or 0.0, 4) for name, value in values.items()}


def _point_figures(
    ranking: Ranking, flagged: Booleans, labels: Labels, weights: Matrix
) -> dict[str, float | None]:
    count = _counts(flagged, labels, weights)
    true, false = count["dangerous_found"], count["safe_flagged"]
    missed, left = count["dangerous_missed"], count["safe_left_alone"]
    dangerous, safe = _f1(true, false, missed), _f1(left, missed, false)
    curve = ranking.curve(weights)
    total = true + false + missed + left
    return {
        "f1": dangerous,
        "precision": true / (true + false) if true + false else 0.0,
        "recall": true / (true + missed) if true + missed else None,
        "average_precision": curve.average_precision() if curve.has_both_classes else None,
        "f1_weighted": (dangerous * (true + missed) + safe * (false + left)) / total,
        "f1_balanced": _balanced(count),
    }


def _balanced(count: dict[str, Any]) -> float | None:
    """Return the mean of the F1 of both classes as if there were as many of each."""
    dangerous = count["dangerous_found"] + count["dangerous_missed"]
    safe = count["safe_flagged"] + count["safe_left_alone"]
    if not dangerous or not safe:
        return None
    missed, false = count["dangerous_missed"] / dangerous, count["safe_flagged"] / safe
    return (_f1(1 - missed, false, missed) + _f1(1 - false, missed, false)) / 2


def _counts(flagged: Booleans, labels: Labels, weights: NDArray[Any]) -> dict[str, Any]:
    def weight(rows: Booleans) -> Any:
        return weights[rows].sum().item()

    return {
        "dangerous_found": weight(flagged & (labels == 1)),
        "dangerous_missed": weight(~flagged & (labels == 1)),
        "safe_flagged": weight(flagged & (labels == 0)),
        "safe_left_alone": weight(~flagged & (labels == 0)),
    }


def _f1(true: float, false: float, missed: float) -> float:
    return 2 * true / (2 * true + false + missed) if true + false + missed else 0.0


def _estimate(value: float | None, drawn: list[float | None]) -> dict[str, Any]:
    bounds = interval([each for each in drawn if each is not None])
    return {
        "value": None if value is None else round(value, 4),
        "interval": None if bounds is None else [round(bound, 4) for bound in bounds],
    }
