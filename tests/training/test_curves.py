import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from training.curves import Ranking, thinned
from training.metrics import recall_at_false_positive_rate

# Few distinct scores, so that many are equal.
ROW = st.tuples(st.integers(0, 12), st.integers(0, 1), st.integers(0, 3))
ROWS = st.lists(ROW, min_size=2, max_size=60).filter(
    lambda rows: {label for _, label, weight in rows if weight} == {0, 1}
)


def arrays(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores, labels, weights = (np.array(column) for column in zip(*rows, strict=True))
    return scores / 12, labels, weights.astype(float)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_weighted_areas_are_those_of_scikit_learn(rows: list[tuple[int, int, int]]) -> None:
    scores, labels, weights = arrays(rows)
    curve = Ranking.of(scores, labels).curve(weights)
    expected = average_precision_score(labels, scores, sample_weight=weights)
    assert curve.average_precision() == pytest.approx(expected)
    assert curve.roc_auc() == pytest.approx(roc_auc_score(labels, scores, sample_weight=weights))


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.25, 0.5, 1.0]))
def test_recall_at_a_rate_is_that_of_the_threshold_for_it(
    rows: list[tuple[int, int, int]], rate: float
) -> None:
    scores, labels, _ = arrays(rows)
    curve = Ranking.of(scores, labels).curve()
    if curve.has_both_classes:
        expected = recall_at_false_positive_rate(scores, labels, rate)
        assert curve.recall_at(rate) == pytest.approx(expected)


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_a_weight_counts_a_row_that_often(rows: list[tuple[int, int, int]]) -> None:
    scores, labels, weights = arrays(rows)
    times = weights.astype(int)
    weighted = Ranking.of(scores, labels).curve(weights)
    repeated = Ranking.of(np.repeat(scores, times), np.repeat(labels, times)).curve()
    assert weighted.recall_at(0.25) == pytest.approx(repeated.recall_at(0.25))
    assert weighted.average_precision() == pytest.approx(repeated.average_precision())


def test_equal_scores_are_one_point() -> None:
    curve = Ranking.of(np.array([0.5, 0.5, 0.5]), np.array([1, 0, 1])).curve()
    assert curve.recall.tolist() == [1.0]
    assert curve.precision.tolist() == [pytest.approx(2 / 3)]


def test_thinned_curve_keeps_the_ends_and_few_points() -> None:
    generator = np.random.default_rng(3)
    labels = generator.integers(0, 2, 3000)
    points = thinned(Ranking.of(generator.random(3000) + labels, labels).curve(), most=50)
    assert len(points["recall"]) <= 51
    assert points["recall"][-1] == points["false_positive_rate"][-1] == 1.0
    assert points["recall"] == sorted(points["recall"])
    assert points["false_positive_rate"][0] == 0.0


def test_one_class_alone_has_no_curve() -> None:
    curve = Ranking.of(np.array([0.1, 0.2]), np.array([0, 0])).curve()
    assert not curve.has_both_classes
    assert thinned(curve)["recall"] == []
    assert not Ranking.of(np.array([0.1, 0.2]), np.array([1, 1])).curve().has_both_classes


def test_no_rows_have_no_curve() -> None:
    assert not Ranking.of(np.array([]), np.array([])).curve().has_both_classes


def test_best_f1_is_that_of_the_best_score() -> None:
    labels = np.array([1, 0, 1, 1, 0, 0])
    curve = Ranking.of(np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1]), labels).curve()
    assert curve.best_f1() == pytest.approx(2 * 0.75 * 1 / (0.75 + 1))
    labels = np.array([1, 1, 1, 0, 0, 1])
    curve = Ranking.of(np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1]), labels).curve()
    assert curve.best_f1() == pytest.approx(2 * 1 * 0.75 / (1 + 0.75))
