import pytest

from module2.columns import FURTHER_FEATURES
from module2.volume_features import FEATURES
from tests.module2.small_logs import flow, only_row, tls


def test_they_are_among_the_columns() -> None:
    assert set(FEATURES) <= set(FURTHER_FEATURES)


def test_statistics_of_the_bytes_of_each_flow() -> None:
    sent, received = [100, 100, 400], [10, 20, 30]
    flows = [
        flow(uid=f"C{at}", orig_bytes=out, resp_bytes=back, orig_pkts=10, resp_pkts=2, duration=2.0)
        for at, (out, back) in enumerate(zip(sent, received, strict=True))
    ]
    row = only_row(flows, [tls()])
    assert [row[f"sent_bytes_{name}"] for name in ("median", "max", "sum", "min")] == [
        100.0,
        400.0,
        600.0,
        100.0,
    ]
    assert row["sent_bytes_distinct_ratio"] == pytest.approx(2 / 3)
    assert row["sent_bytes_variation"] == pytest.approx(20000**0.5 / 200)
    assert row["sent_recv_total_ratio"] == pytest.approx(601 / 61)
    assert (row["sent_bytes_per_packet"], row["recv_bytes_per_packet"]) == (20.0, 10.0)
    assert row["median_duration"] == 2.0
    assert row["bytes_per_second"] == pytest.approx(660 / 6.01)


def test_what_the_server_sent_is_measured_as_what_the_client_sent() -> None:
    flows = [flow(uid=f"C{at}", resp_bytes=back) for at, back in enumerate((10, 10, 40))]
    row = only_row(flows, [tls()])
    assert [row[f"recv_bytes_{name}"] for name in ("median", "max", "sum", "min")] == [
        10.0,
        40.0,
        60.0,
        10.0,
    ]
    assert row["recv_bytes_distinct_ratio"] == pytest.approx(2 / 3)
    assert row["recv_bytes_variation"] == pytest.approx(200**0.5 / 20)


def test_flows_of_no_duration_have_a_rate() -> None:
    row = only_row([flow(orig_bytes=3, resp_bytes=7, duration=0.0)], [tls()])
    assert row["bytes_per_second"] == pytest.approx(1000.0)


def test_flows_without_counters_leave_all_but_nothing_known() -> None:
    row = only_row([flow()], [tls()])
    assert [row[name] for name in FEATURES] == [None] * len(FEATURES)


def test_nothing_sent_has_no_variation() -> None:
    row = only_row([flow(orig_bytes=0, resp_bytes=0)], [tls()])
    assert (row["sent_bytes_sum"], row["sent_bytes_variation"]) == (0.0, None)
