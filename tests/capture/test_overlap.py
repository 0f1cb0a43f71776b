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
SOURCE_ADDRESS = RECORD_HEADER + 14 + 12  # behind Ethernet, in an IPv4 header
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


@pytest.mark.parametrize(
    ("later", "kept"), [(2e-7, [[], ["B"]]), (9e-7, [[], ["B"]]), (2e-6, [["A"], ["B"]])]
)
def test_times_may_be_rounded_to_microseconds_or_cut_off(
    later: float, kept: list[list[str]]
) -> None:
    parts = [logs("a", connection("A", 1e9)), logs("b", connection("B", 1e9 + later, 6))]
    assert uids(counted_once(parts)[0]) == kept


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
@pytest.mark.parametrize("proto", ["tcp", "udp"])
def test_what_another_input_has_from_before_to_beyond_is_left_out(
    endpoints: dict[str, object], proto: str
) -> None:
    whole = connection("A", 1.5, resp_pkts=5, proto=proto)
    late = connection("B", 4.0, 4, duration=5.0, history="DdA", proto=proto, **endpoints)
    kept, repeated = counted_once([logs("a", whole), logs("b", late)])
    assert uids(kept) == [["A"], []]
    assert repeated == [Repeated("b", "a", 1)]
    assert connections_cut(kept) == 0


@pytest.mark.parametrize(
    ("fields", "cut"),
    [
        ({"history": "ShAD"}, 0),
        ({"history": None}, 0),
        ({"duration": 8.0}, 1),  # goes on longer
        ({"orig_pkts": 6}, 1),  # has more
        ({"resp_pkts": 1}, 1),  # has the other direction
        ({"ts": 12.0}, 1),
    ],
)
def test_what_another_input_lacks_stays(fields: dict[str, object], cut: int) -> None:
    late = {**connection("B", 4.0, duration=5.0, history="DdA"), **fields}
    parts = [logs("a", connection("A", 1.5)), logs("b", late)]
    kept, repeated = counted_once(parts)
    assert uids(kept) == [["A"], ["B"]]
    assert repeated == []
    assert connections_cut(kept) == cut


@pytest.mark.parametrize(("proto", "silence"), [("tcp", 300.0), ("udp", 60.0)])
def test_what_goes_on_in_another_input_before_it_is_over_was_cut(
    proto: str, silence: float
) -> None:
    first = logs("a", connection("A", 1.5, proto=proto))
    for more, cut in ((-0.5, 1), (0.5, 0)):
        rest = connection("B", 11.5 + silence + more, history="^dA", proto=proto, **REVERSED)
        assert connections_cut([first, logs("b", {**rest, "duration": None})]) == cut


def test_what_was_closed_and_what_one_input_has_were_not_cut() -> None:
    rest = connection("B", 20.0, history="D")
    assert connections_cut([logs("a", connection("A", 1.5)), logs("b", rest)]) == 1
    closed = logs("a", connection("A", 1.5, conn_state="SF"))
    assert connections_cut([closed, logs("b", rest)]) == 0
    assert connections_cut([logs("a", connection("A", 1.5), rest), logs("b")]) == 0


def directions(content: bytes) -> tuple[bytes, bytes]:
    """Return a capture file of what the hosts of 192.168.1.0/24 send, and one of the rest."""
    sides = [[content[:FILE_HEADER]], [content[:FILE_HEADER]]]
    at = FILE_HEADER
    while at < len(content):
        end = at + RECORD_HEADER + int.from_bytes(content[at + 8 : at + 12], "little")
        from_inside = content[at + SOURCE_ADDRESS :].startswith(bytes([192, 168, 1]))
        sides[not from_inside].append(content[at:end])
        at = end
    return b"".join(sides[0]), b"".join(sides[1])


def test_files_of_one_direction_each_keep_both(pcaps: Path, tmp_path: Path) -> None:
    sent, received = directions((pcaps / "beacon.pcap").read_bytes())
    (tmp_path / "sent.pcap").write_bytes(sent)
    (tmp_path / "received.pcap").write_bytes(received)
    notices: list[str] = []
    both = read_logs([tmp_path], "builtin", 1, notices.append)
    alone = read_logs([tmp_path / "received.pcap"], "builtin")
    assert both.logs.x509.height == alone.logs.x509.height > 0
    assert len(notices) == 1
    assert notices[0].startswith("connections that go on in another capture")


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
    named = [str(beginning), str(tmp_path / "logs"), str(capture)]
    assert [notice.partition(" has too: ")[0] for notice in notices] == [
        f"{named[own]}: connections that {named[other]}"
        for own, other in ((0, 1), (1, 0), (2, 0), (2, 1))
    ]


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
