import numpy as np
import pytest

from module4.comparison_figures import figures, safe_throughout

LABELS = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
SCORES = np.array([0.9, 0.8, 0.1, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
CAPTURES = np.array([f"c{n}" for n in range(10)])


def test_figures_by_hand() -> None:
    found = figures(SCORES, SCORES >= 0.5, LABELS, CAPTURES, 50)
    assert found["counts"] == {
        "dangerous_found": 2,
        "dangerous_missed": 1,
        "safe_flagged": 1,
        "safe_left_alone": 6,
    }
    assert found["precision"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["recall"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["f1"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["average_precision"]["value"] == pytest.approx((1 + 1 + 3 / 4) / 3, abs=1e-4)
    assert found["f1_weighted"]["value"] == pytest.approx((3 * 2 / 3 + 7 * 12 / 14) / 10, abs=1e-4)


def test_measures_agree_with_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    flagged = SCORES >= 0.5
    found = figures(SCORES, flagged, LABELS, CAPTURES, 0)
    assert found["f1_weighted"]["value"] == pytest.approx(
        f1_score(LABELS, flagged, average="weighted"), abs=1e-4
    )
    weights = np.where(LABELS == 1, 1 / 3, 1 / 7)
    assert found["f1_balanced"]["value"] == pytest.approx(
        f1_score(LABELS, flagged, average="macro", sample_weight=weights), abs=1e-4
    )


def test_intervals_are_of_whole_captures() -> None:
    one = figures(SCORES, SCORES >= 0.5, LABELS, np.repeat("one", 10), 20)
    assert one["f1"]["interval"] == [one["f1"]["value"]] * 2
    many = figures(SCORES, SCORES >= 0.5, LABELS, CAPTURES, 200)
    assert many["f1"]["interval"][0] < many["f1"]["value"] < many["f1"]["interval"][1]


def test_calling_everything_safe_looks_good_where_most_are() -> None:
    found = safe_throughout(np.array([1] + [0] * 99))
    assert found["f1"] == found["recall"] == 0.0
    assert found["f1_weighted"] > 0.98
    assert found["average_precision"] == 0.01
    assert found["f1_balanced"] == pytest.approx(1 / 3, abs=1e-4)
