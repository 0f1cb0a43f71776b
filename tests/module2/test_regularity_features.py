from typing import Any

import pytest

from module2.columns import FURTHER_FEATURES
from module2.regularity_features import FEATURES
from tests.module2.small_logs import flow, only_row, tls

INTERVALS = FEATURES[:5]


def row_of(times: list[float]) -> dict[str, Any]:
    return only_row([flow(uid=f"C{at}", ts=time) for at, time in enumerate(times)], [tls()])


def test_they_are_among_the_columns() -> None:
    assert set(FEATURES) <= set(FURTHER_FEATURES)


def test_a_beacon_scores_one_on_all_counts() -> None:
    row = row_of([60.0 * number for number in range(10)])
    assert [row[name] for name in INTERVALS] == [1.0, 1.0, 0.0, 60.0, 1.0]


def test_uneven_times_score_less() -> None:
    row = row_of([0.0, 1.0, 3.0, 100.0, 180.0])
    # Intervals 1, 2, 80, 97: quartiles 1.75, 41, 84.25 and a median deviation of 39.5 seconds.
    assert row["interval_deviation_score"] == 0.0
    assert row["interval_skew_score"] == pytest.approx(1 - abs(1.75 + 84.25 - 82) / 82.5)
    assert row["usual_interval_ratio"] == 0.0


def test_intervals_within_a_tenth_of_the_median_are_usual() -> None:
    row = row_of([0.0, 90.0, 190.0, 300.0, 411.0, 500.0])
    # Intervals 89, 90, 100, 110 and 111: 90 to 110 are usual, the median deviation is 10.
    assert row["usual_interval_ratio"] == pytest.approx(3 / 5)
    assert row["median_interval"] == 100.0
    assert row["interval_deviation_score"] == pytest.approx(1 - 10 / 30)
    assert row["interval_variation"] == pytest.approx((442 / 5) ** 0.5 / 100)


def test_intervals_are_those_of_the_times_in_order() -> None:
    times = [180.0, 0.0, 400.0, 60.0, 121.0]
    found, expected = row_of(times), row_of(sorted(times))
    assert [found[name] for name in INTERVALS] == [expected[name] for name in INTERVALS]


def test_four_flows_are_enough() -> None:
    assert None not in [row_of([0.0, 60.0, 120.0, 180.0])[name] for name in INTERVALS]


def test_flows_all_at_once_have_no_variation() -> None:
    assert row_of([5.0] * 4)["interval_variation"] is None


def test_three_flows_tell_nothing_of_regularity() -> None:
    row = row_of([0.0, 60.0, 120.0])
    assert [row[name] for name in INTERVALS] == [None] * 5


def test_states_and_ends_are_shares_of_the_flows() -> None:
    flows = [
        flow(uid="C1", conn_state="SF", history="ShADadFf"),
        flow(uid="C2", conn_state="RSTO", history="ShADadR"),
        flow(uid="C3", conn_state="RSTR", history="ShADadfFr"),
        flow(uid="C4", conn_state="OTH", history="D"),
    ]
    row = only_row(flows, [tls()])
    assert [row[f"state_{state}_ratio"] for state in ("SF", "RSTO", "RSTR", "S0")] == [
        0.25,
        0.25,
        0.25,
        0.0,
    ]
    assert row["client_closes_first_ratio"] == 0.25
    refused = [flow(uid="C1", conn_state="REJ"), flow(uid="C2", conn_state="S1")]
    other = only_row([*refused, flow(uid="C3", conn_state="S0"), flow(uid="C4")], [tls()])
    assert [other[f"state_{state}_ratio"] for state in ("REJ", "S1", "S0")] == [0.25] * 3
    assert (row["client_reset_ratio"], row["server_reset_ratio"]) == (0.25, 0.25)
