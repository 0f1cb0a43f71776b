import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.figures import ScoredRows, figures, point_figures, reliability
from training.out_of_fold import recall_by_family

FAMILIES = ("", "Alpha", "Beta", "Gamma")


def scored(count: int = 400, seed: int = 5) -> ScoredRows:
    generator = np.random.default_rng(seed)
    labels = (generator.random(count) < 0.2).astype(np.int64)
    families = np.where(labels == 1, generator.choice(FAMILIES[1:], count), "")
    return ScoredRows(
        np.clip(generator.normal(0.3 + 0.3 * labels, 0.2), 0, 1),
        labels,
        np.array([f"capture{number}" for number in generator.integers(0, 40, count)]),
        families,
        np.where((labels == 1) & (families != "Gamma"), "c2", ""),
    )


def by_hand() -> ScoredRows:
    return ScoredRows(
        np.array([0.9, 0.2, 0.8, 0.7, 0.1, 0.1]),
        np.array([1, 1, 1, 0, 0, 0]),
        np.array(["a", "a", "b", "c", "c", "d"]),
        np.array(["Alpha", "Alpha", "Beta", "", "", ""]),
        np.array(["c2", "payload", "payload", "", "", ""]),
    )


def test_points_are_those_of_scikit_learn() -> None:
    rows = scored()
    points = point_figures(rows)
    assert points["average_precision"] == pytest.approx(
        average_precision_score(rows.labels, rows.scores)
    )
    assert points["roc_auc"] == pytest.approx(roc_auc_score(rows.labels, rows.scores))
    assert points["brier"] == pytest.approx(brier_score_loss(rows.labels, rows.scores))


def test_mean_recall_over_families_is_that_of_training() -> None:
    rows = scored()
    table = pl.DataFrame({"label": rows.labels, "family": rows.families})
    expected = recall_by_family(table, rows.scores, 0.01)
    assert point_figures(rows)["mean_recall_by_family_all"] == pytest.approx(expected)


def test_mean_recall_of_c2_leaves_other_roles_out() -> None:
    points = point_figures(by_hand())
    assert points["mean_recall_by_family_all"] == pytest.approx((1 / 2 + 1) / 2)
    assert points["mean_recall_by_family_c2"] == 1.0


def test_figures_at_the_threshold() -> None:
    at = figures(by_hand(), 0.5, resamples=5)["at_threshold"]
    counts = [at[f"{kind}_{of}"] for kind in ("true", "false") for of in ("positives", "negatives")]
    assert counts == [2, 2, 1, 1]
    assert at["precision"]["share"] == pytest.approx(2 / 3, abs=1e-4)
    assert at["false_alarms_a_day"]["value"] == round(50_000 / 3)
    assert at["of_the_shipped_model"] is True


def test_without_a_threshold_one_percent_of_these_rows_decides() -> None:
    at = figures(by_hand(), None, resamples=5)["at_threshold"]
    assert at["false_positives"] == 0
    assert 0.7 < at["threshold"] <= 0.8
    assert at["of_the_shipped_model"] is False


def test_families_are_counted() -> None:
    found = figures(by_hand(), 0.85, resamples=5)["by_family"]
    assert found == {
        "Alpha": {"rows": 2, "c2": 1, "found_at_threshold": 1, "found_at_fpr_0.01": 1},
        "Beta": {"rows": 1, "c2": 0, "found_at_threshold": 0, "found_at_fpr_0.01": 1},
    }


def test_intervals_hold_the_figure_and_repeat() -> None:
    first, again = (figures(scored(), 0.5, resamples=60) for _ in range(2))
    assert first == again
    for name in ("average_precision", "roc_auc", "brier", "recall_at_fpr_0.05"):
        low, high = first[name]["interval"]
        assert low <= first[name]["value"] <= high


def test_intervals_are_wider_when_rows_share_a_capture() -> None:
    rows = scored(800)
    alone = ScoredRows(
        rows.scores,
        rows.labels,
        np.array([str(number) for number in range(800)]),
        rows.families,
        rows.roles,
    )
    order = np.argsort(rows.scores + rows.labels)
    captures = np.empty(800, dtype="<U8")
    captures[order] = [f"c{place // 40}" for place in range(800)]
    together = ScoredRows(rows.scores, rows.labels, captures, rows.families, rows.roles)
    width = [
        np.diff(figures(each, 0.5, resamples=80)["average_precision"]["interval"])[0]
        for each in (alone, together)
    ]
    assert width[1] > 1.5 * width[0]


def test_false_alarms_of_one_capture_alone_may_be_many_or_none() -> None:
    alarms = figures(by_hand(), 0.5, resamples=200)["at_threshold"]["false_alarms_a_day"]
    assert alarms["interval"] == [0, 25_000]  # one of the two benign rows of capture c


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_alone_has_counts_but_no_areas(label: int) -> None:
    rows = by_hand()
    one = rows.labels == label
    only = ScoredRows(*(values[one] for values in vars(rows).values()))
    found = figures(only, 0.5, resamples=5)
    assert found["average_precision"] == {"value": None, "interval": None}
    assert (found["positives"], found["negatives"]) == ((3, 0) if label else (0, 3))
    assert (found["at_threshold"]["false_alarms_a_day"] is None) == (label == 1)


def test_reliability_counts_every_row_once() -> None:
    scores, labels = np.array([0.0, 0.05, 0.31, 0.39, 1.0]), np.array([0, 1, 0, 1, 1])
    bins = reliability(scores, labels)
    assert [
        (each["from"], each["malicious"]["count"], each["malicious"]["of"]) for each in bins
    ] == [
        (0.0, 1, 2),
        (0.3, 1, 2),
        (0.9, 1, 1),
    ]
    assert bins[1]["mean_score"] == 0.35
