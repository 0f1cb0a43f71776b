import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.metrics import (
    recall_at_false_positive_rate,
    summary,
    threshold_at_false_positive_rate,
)

SCORES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=60)


@settings(max_examples=100, deadline=None)
@given(SCORES, st.floats(0, 1))
def test_no_more_negatives_than_the_rate_reach_the_threshold(
    rows: list[tuple[float, int]], rate: float
) -> None:
    scores = np.array([score for score, _ in rows])
    labels = np.array([label for _, label in rows])
    threshold = threshold_at_false_positive_rate(scores, labels, rate)
    negatives = scores[labels == 0]
    assert (negatives >= threshold).sum() <= rate * len(negatives)


def test_the_threshold_admits_as_many_negatives_as_the_rate_allows() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.95, 0.75])
    labels = np.array([0, 0, 0, 0, 1, 1])
    threshold = threshold_at_false_positive_rate(scores, labels, 0.25)
    assert threshold == pytest.approx(0.85)  # between 0.8 and 0.9
    assert recall_at_false_positive_rate(scores, labels, 0.25) == 0.5
    assert threshold_at_false_positive_rate(scores, labels, 1.0) == 0.0


def test_the_threshold_of_classes_far_apart_lies_between_them() -> None:
    scores = np.array([0.02, 0.01, 0.9])
    labels = np.array([0, 0, 1])
    assert threshold_at_false_positive_rate(scores, labels, 0.01) == pytest.approx(0.46)


def test_a_threshold_above_all_scores_is_at_most_just_above_one() -> None:
    scores = np.array([0.4, 1.0])
    labels = np.array([1, 0])
    assert 1.0 < threshold_at_false_positive_rate(scores, labels, 0.0) < 1.0 + 1e-12


def test_summary_counts_at_the_threshold() -> None:
    scores, labels = np.array([0.9, 0.4, 0.6, 0.1]), np.array([1, 1, 0, 0])
    figures = summary(scores, labels, 0.5, np.array(["a", "b", "a", "b"]))
    assert (figures["positives"], figures["negatives"]) == (2, 2)
    assert (figures["recall"]["count"], figures["recall"]["of"]) == (1, 2)
    assert figures["false_positive_rate"]["share"] == 0.5
    assert figures["precision"]["share"] == 0.5
    assert figures["roc_auc"] == 0.75
    assert figures["average_precision"] == round((1 + 2 / 3) / 2, 4)
    assert figures["brier"] == round((0.1**2 + 0.6**2 + 0.6**2 + 0.1**2) / 4, 4)
    assert figures["recall_at_fpr_0.01"] == 0.5


def test_summary_without_any_flagged_row_has_no_precision() -> None:
    figures = summary(np.array([0.3, 0.1]), np.array([1, 0]), 0.9, np.array(["a", "b"]))
    assert figures["precision"]["share"] is None
    assert figures["precision"]["interval"] is None
