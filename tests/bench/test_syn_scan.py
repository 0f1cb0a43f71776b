"""The capture of a scan: as many flows as asked for, none of them answered."""

from pathlib import Path

from bench.syn_scan import write_syn_scan
from capture.builtin.engine import analyse


def test_every_packet_is_an_attempt_of_its_own(tmp_path: Path) -> None:
    write_syn_scan(tmp_path / "scan.pcap", 300)
    logs = analyse(tmp_path / "scan.pcap")
    assert logs.captures[0].packets == logs.conn.height == 300
    assert not logs.captures[0].skipped
    assert logs.conn["conn_state"].unique().to_list() == ["S0"]
    assert logs.conn["id.resp_h"].n_unique() == 300
    assert logs.conn["orig_ip_bytes"].unique().to_list() == [40]


def test_times_go_on_from_second_to_second(tmp_path: Path) -> None:
    write_syn_scan(tmp_path / "scan.pcap", 10_001)
    info = analyse(tmp_path / "scan.pcap").captures[0]
    assert (info.first_ts, info.last_ts) == (0.0, 1.0)
