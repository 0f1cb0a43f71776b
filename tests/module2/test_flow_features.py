import pytest

from tests.module2.small_logs import flow, only_row, tls


def test_durations_are_the_largest_and_the_mean_of_all_flows() -> None:
    flows = [flow(uid="C1", duration=2.0), flow(uid="C2", duration=4.0), flow(uid="C3")]
    row = only_row(flows, [tls()])
    assert row["max_duration"] == 4.0
    assert row["avg_duration"] == 3.0


def test_durations_within_one_standard_deviation_count_both_ends() -> None:
    # Mean 4, population standard deviation sqrt(18): 1, 1 and 1 are within, 10 and 7 ...
    durations = [1.0, 1.0, 1.0, 7.0, 10.0]
    flows = [flow(uid=f"C{number}", duration=each) for number, each in enumerate(durations)]
    row = only_row(flows, [tls()])
    assert row["percent_of_std_duration"] == pytest.approx(4 / 5)
    two = only_row([flow(uid="A", duration=1.0), flow(uid="B", duration=3.0)], [tls()])
    assert two["percent_of_std_duration"] == 1.0


def test_equal_durations_are_all_within_their_spread() -> None:
    flows = [flow(uid=f"C{number}", duration=0.1) for number in range(3)]
    assert only_row(flows, [tls()])["percent_of_std_duration"] == 1.0


def test_flows_without_tls_count_and_lower_the_share_of_tls() -> None:
    flows = [flow(uid="C1"), flow(uid="C2"), flow(uid="C3"), flow(uid="C4")]
    row = only_row(flows, [tls(uid="C1")])
    assert row["number_of_flows"] == 4
    assert row["ssl_flow_ratio"] == 0.25


def test_flows_to_another_port_or_protocol_belong_to_another_row() -> None:
    flows = [flow(), flow(uid="C2", id_resp_p=80), flow(uid="C3", proto="udp")]
    assert only_row(flows, [tls()])["number_of_flows"] == 1


def test_sizes_are_means_of_bytes_and_packets_each_way() -> None:
    flows = [
        flow(uid="C1", orig_bytes=100, resp_bytes=900, orig_pkts=4, resp_pkts=6),
        flow(uid="C2", orig_bytes=300, resp_bytes=1100, orig_pkts=6, resp_pkts=14),
    ]
    row = only_row(flows, [tls()])
    assert row["avg_size"] == 200 + 1000
    assert row["recv_sent_size_ratio"] == 5.0
    assert row["avg_pkts"] == 5 + 10
    assert row["recv_sent_pkts_ratio"] == 2.0


def test_the_ratio_to_nothing_sent_is_missing() -> None:
    row = only_row([flow(orig_bytes=0, resp_bytes=10, orig_pkts=0, resp_pkts=1)], [tls()])
    assert row["recv_sent_size_ratio"] is None
    assert row["recv_sent_pkts_ratio"] is None


def test_lost_bytes_are_summed() -> None:
    flows = [flow(uid="C1", missed_bytes=10), flow(uid="C2", missed_bytes=5)]
    assert only_row(flows, [tls()])["packet_loss"] == 15


@pytest.mark.parametrize("state", ["SF", "S1", "S2", "S3", "RSTO", "RSTR"])
def test_established_states_count(state: str) -> None:
    flows = [flow(uid="C1", conn_state=state), flow(uid="C2", conn_state="S0")]
    assert only_row(flows, [tls()])["percent_of_established_state"] == 0.5


@pytest.mark.parametrize("state", ["S0", "REJ", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"])
def test_other_states_are_not_established(state: str) -> None:
    assert only_row([flow(conn_state=state)], [tls()])["percent_of_established_state"] == 0.0


def test_times_between_flows_are_those_of_consecutive_starts() -> None:
    starts = [1060.0, 1000.0, 1180.0]
    flows = [flow(uid=f"C{number}", ts=start) for number, start in enumerate(starts)]
    row = only_row(flows, [tls()])
    assert row["avg_time_diff"] == 90.0
    assert row["std_time_diff"] == 30.0
    assert row["max_time_diff"] == 120.0


def test_one_flow_has_no_time_between_flows_and_two_have_no_spread() -> None:
    one = only_row([flow()], [tls()])
    assert one["avg_time_diff"] is one["std_time_diff"] is one["max_time_diff"] is None
    two = only_row([flow(), flow(uid="C2", ts=1010.0)], [tls()])
    assert (two["avg_time_diff"], two["std_time_diff"]) == (10.0, 0.0)


def test_without_conn_log_flow_features_are_missing_and_never_zero() -> None:
    row = only_row(ssl=[tls()])
    for name in ("number_of_flows", "ssl_flow_ratio", "avg_size", "packet_loss", "max_duration"):
        assert row[name] is None
