import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from module1.threshold import best_threshold

rows = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.integers(0, 1), st.sampled_from([0.5, 2.0])
    ),
    min_size=1,
    max_size=30,
).filter(lambda drawn: any(label for _, label, _ in drawn))


def figure(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray, threshold: float) -> float:
    flagged = scores >= threshold
    found = weights[flagged & (labels == 1)].sum()
    if not found:
        return 0.0
    precision, recall = found / weights[flagged].sum(), found / weights[labels == 1].sum()
    return float(4 * precision * recall / (precision + 3 * recall))


@given(rows)
@settings(deadline=None)
def test_no_other_threshold_is_better(drawn: list[tuple[float, int, float]]) -> None:
    columns = list(zip(*drawn, strict=True))
    scores, labels, weights = np.array(columns[0]), np.array(columns[1]), np.array(columns[2])
    best = best_threshold(scores, labels, weights)
    reached = figure(scores, labels, weights, best)
    assert all(figure(scores, labels, weights, other) <= reached + 1e-12 for other in scores)


def test_rows_that_cannot_be_told_apart_stay_together() -> None:
    scores, labels = np.array([0.9, 0.5, 0.5, 0.1]), np.array([1, 1, 0, 0])
    assert best_threshold(scores, labels, np.ones(4)) == 0.9


def test_precision_counts_more_than_recall() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    labels = np.array([1, 1, 0, 0, 1])
    assert best_threshold(scores, labels, np.ones(5)) == 0.8


def test_light_false_alarms_are_accepted() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    labels = np.array([1, 1, 0, 0, 1])
    weights = np.array([1, 1, 0.01, 0.01, 1])
    assert best_threshold(scores, labels, weights) == 0.5


def test_without_malicious_rows_there_is_no_threshold() -> None:
    with pytest.raises(ValueError, match="malicious"):
        best_threshold(np.ones(2), np.zeros(2, np.int64), np.ones(2))
