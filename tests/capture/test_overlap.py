from pathlib import Path

import polars as pl
import pytest

from capture.builtin.engine import analyse
from capture.logs import CaptureInfo, Logs, empty_table
from capture.overlap import Repeated, connections_cut, counted_once
from capture.read import read_logs
from capture.schema import CONN, SSL
from capture.zeek_format.writing import write_logs

FILE_HEADER, RECORD_HEADER = 24, 16
ENDPOINTS = {"id.orig_h": "10.0.0.1", "id.orig_p": 5000, "id.resp_h": "10.0.0.2", "id.resp_p": 443}
REVERSED = {"id.orig_h": "10.0.0.2", "id.orig_p": 443, "id.resp_h": "10.0.0.1", "id.resp_p": 5000}


def connection(uid: str, ts: float, packets: int = 5, **fields: object) -> dict[str, object]:
    plain = {"proto": "tcp", "duration": 10.0, "history": "ShAD", "orig_pkts": packets}
    return {"uid": uid, "ts": ts, **ENDPOINTS, **plain, **fields}


def logs(path: str, *connections: dict[str, object]) -> Logs:
    conn = pl.DataFrame(list(connections), schema=CONN)
    ssl = pl.DataFrame([{"uid": row["uid"], "ts": row["ts"]} for row in connections], schema=SSL)
    dns = empty_table("dns")
    info = CaptureInfo(path, path, 1)
    return Logs(conn, ssl, empty_table("x509"), dns, "builtin", "1.0", (info,))


def uids(parts: list[Logs]) -> list[list[str]]:
    assert all(part.conn["uid"].equals(part.ssl["uid"]) for part in parts)
    return [part.conn["uid"].to_list() for part in parts]


def test_a_connection_of_two_inputs_stays_where_it_has_most_packets() -> None:
    short = logs("a", connection("A1", 1.5, 3), connection("A2", 20.0, 9))
    whole = logs("b", connection("B1", 1.5, 8), connection("B2", 20.0, 4))
    kept, repeated = counted_once([short, whole])
    assert uids(kept) == [["A2"], ["B1"]]
    assert repeated == [Repeated("a", "b", 1), Repeated("b", "a", 1)]


def test_times_count_as_equal_to_the_microsecond() -> None:
    parts = [logs("a", connection("A", 1e9)), logs("b", connection("B", 1e9 + 2e-7))]
    assert uids(counted_once(parts)[0]) == [["A"], []]
    parts = [logs("a", connection("A", 1e9)), logs("b", connection("B", 1e9 + 2e-6))]
    assert uids(counted_once(parts)[0]) == [["A"], ["B"]]


@pytest.mark.parametrize("other", [{"id.orig_p": 5001}, {"proto": "udp"}, {"uid": None}])
def test_other_connections_of_the_same_time_stay(other: dict[str, object]) -> None:
    parts = [logs("a", connection("A", 1.5)), logs("b", {**connection("B", 1.5), **other})]
    kept, repeated = counted_once(parts)
    assert [part.conn.height for part in kept] == [1, 1]
    assert repeated == []


def test_connections_of_one_input_are_never_left_out() -> None:
    part = logs("a", connection("A1", 1.5), connection("A2", 1.5))
    assert uids(counted_once([part, logs("b")])[0]) == [["A1", "A2"], []]


@pytest.mark.parametrize("endpoints", [ENDPOINTS, REVERSED])
def test_what_begins_within_a_connection_of_another_input_is_left_out(
    endpoints: dict[str, object],
) -> None:
    late = connection("B", 4.0, history="DdA", **endpoints)
    kept, repeated = counted_once([logs("a", connection("A", 1.5)), logs("b", late)])
    assert uids(kept) == [["A"], []]
    assert repeated == [Repeated("b", "a", 1)]


@pytest.mark.parametrize("fields", [{"history": "ShAD"}, {"ts": 12.0}, {"history": None}])
def test_what_begins_with_a_syn_or_after_the_other_stays(fields: dict[str, object]) -> None:
    late = {**connection("B", 4.0, history="DdA"), **fields}
    assert uids(counted_once([logs("a", connection("A", 1.5)), logs("b", late)])[0]) == [
        ["A"],
        ["B"],
    ]


def test_what_goes_on_in_another_input_within_five_minutes_was_cut() -> None:
    first = logs("a", connection("A", 1.5))
    later = [connection("B", 311.0, history="^dA", **REVERSED)]
    assert connections_cut([first, logs("b", *later)]) == 1
    later = [connection("B", 312.0, history="^dA", **REVERSED)]
    assert connections_cut([first, logs("b", *later)]) == 0
    assert (
        connections_cut([logs("a", connection("A", 1.5), connection("A", 20.0, history="D"))]) == 0
    )


def test_a_capture_its_logs_and_its_beginning_are_one_picture(pcaps: Path, tmp_path: Path) -> None:
    capture = pcaps / "beacon.pcap"
    write_logs(analyse(capture), tmp_path / "logs")
    beginning = tmp_path / "beginning.pcap"
    beginning.write_bytes(capture.read_bytes()[: len(capture.read_bytes()) // 2])
    notices: list[str] = []
    together = read_logs([beginning, tmp_path / "logs", capture], "builtin", 1, notices.append)
    alone = read_logs([capture], "builtin")
    assert sorted(together.logs.conn["ts"].round(6)) == sorted(alone.logs.conn["ts"].round(6))
    assert together.logs.ssl.height == alone.logs.ssl.height
    assert len(notices) >= 2
    assert all("counted once" in notice for notice in notices)


def test_pieces_of_a_capture_are_told(pcaps: Path, tmp_path: Path) -> None:
    content = (pcaps / "beacon.pcap").read_bytes()
    middle = FILE_HEADER
    while middle < len(content) // 2:
        middle += RECORD_HEADER + int.from_bytes(content[middle + 8 : middle + 12], "little")
    (tmp_path / "1.pcap").write_bytes(content[:middle])
    (tmp_path / "2.pcap").write_bytes(content[:FILE_HEADER] + content[middle:])
    notices: list[str] = []
    read_logs([tmp_path], "builtin", 1, notices.append)
    assert notices == [
        "connections that go on in another capture and count as two: 1; put the captures together "
        "first, with mergecap -w WHOLE.pcap"
    ]
