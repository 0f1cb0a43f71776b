from pathlib import Path
from typing import Any

import polars as pl
import pytest

from capture.builtin.connection import Connection
from capture.builtin.engine import analyse
from capture.schema import DNS
from capture.zeek_format import parse_log
from tests.capture.builtin.dns.kept_log import KeptLog
from tests.capture.builtin.dns.message_bytes import (
    QUERY,
    RESPONSE,
    message,
    query,
    question,
    record,
    reply,
)

UNICAST = Connection("C1", "10.0.0.1", 5000, "10.0.0.53", 53, "udp")
NETBIOS = UNICAST._replace(responder="10.0.0.255", responder_port=137)


def log_of(*messages: bytes, connection: Connection = UNICAST) -> KeptLog:
    """Feed messages one second apart; responses come from the responder."""
    log = KeptLog()
    for second, data in enumerate(messages):
        log.feed(connection, second * 10**9, not data[2] & 0x80, data)
    return log


def table_of(log: KeptLog) -> pl.DataFrame:
    log.end(UNICAST)
    return log.table()


def only_row(*messages: bytes, connection: Connection = UNICAST) -> dict[str, Any]:
    (row,) = table_of(log_of(*messages, connection=connection)).to_dicts()
    return row


def test_row_of_query_and_response() -> None:
    assert only_row(query(7), reply(7)) == {
        "ts": 0.0,
        "uid": "C1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 5000,
        "id.resp_h": "10.0.0.53",
        "id.resp_p": 53,
        "proto": "udp",
        "trans_id": 7,
        "rtt": 1.0,
        "query": "example.com",
        "qclass": 1,
        "qclass_name": "C_INTERNET",
        "qtype": 1,
        "qtype_name": "A",
        "rcode": 0,
        "rcode_name": "NOERROR",
        "AA": False,
        "TC": False,
        "RD": True,
        "RA": True,
        "Z": 0,
        "answers": ["10.0.0.1"],
        "TTLs": [60.0],
        "rejected": False,
    }


def test_empty_log_has_the_columns() -> None:
    assert table_of(KeptLog()).schema == DNS


def test_reply_without_any_record_counts_as_rejected() -> None:
    row = only_row(query(), message(1, RESPONSE | 3, (question("example.com"),)))
    assert (row["rcode_name"], row["rejected"], row["answers"]) == ("NXDOMAIN", True, None)


def test_reply_with_authority_records_only_is_not_rejected() -> None:
    answer = message(1, RESPONSE | 3, (question("example.com"),), (), other_records=1)
    assert only_row(query(), answer)["rejected"] is False


def test_error_without_question_is_rejected() -> None:
    assert only_row(query(), message(1, RESPONSE | 5))["rejected"] is True


def test_empty_response_to_another_operation_rejects_the_query_before_it() -> None:
    update = message(2, RESPONSE | 5 << 11, (question("example.com", 6),))
    rows = table_of(log_of(query(), update, reply())).to_dicts()
    assert [(row["rcode"], row["rejected"]) for row in rows] == [(None, True), (0, True)]


@pytest.mark.parametrize(
    ("flags", "records"), [(RESPONSE | 5 << 11, 1), (QUERY | 5 << 11, 0)], ids=["records", "query"]
)
def test_other_messages_of_another_operation_reject_nothing(flags: int, records: int) -> None:
    update = message(2, flags, (question("example.com", 6),), (), other_records=records)
    assert not table_of(log_of(query(), update, reply()))["rejected"].any()


@pytest.mark.parametrize(
    ("kind", "network", "names"),
    [
        (28, 1, ("AAAA", "C_INTERNET")),
        (255, 255, ("*", "C_ANY")),
        (12, 0x8001, ("PTR", "qclass-32769")),
        (54, 3, ("query-54", "C_CHAOS")),
        (65, 254, ("HTTPS", "C_NONE")),
    ],
)
def test_names_of_types_and_classes(kind: int, network: int, names: tuple[str, str]) -> None:
    row = only_row(message(1, QUERY, (question("a", kind, network),)))
    assert (row["qtype_name"], row["qclass_name"]) == names


def test_netbios_names_are_decoded_and_srv_means_node_status() -> None:
    encoded = "FHFAEBEECACACACACACACACACACACAAA"
    row = only_row(query(1, encoded, 33), connection=NETBIOS)
    assert (row["query"], row["qtype_name"]) == ("WPAD", "NBSTAT")


def test_netbios_port_keeps_other_names() -> None:
    assert only_row(query(1, "host.example"), connection=NETBIOS)["query"] == "host.example"


def test_response_alone_is_named_after_its_answer() -> None:
    row = only_row(reply())
    assert (row["query"], row["qtype"], row["rtt"], row["answers"]) == (
        "example.com",
        None,
        None,
        ["10.0.0.1"],
    )


def test_names_that_are_not_utf_8() -> None:
    data = message(1, QUERY, (b"\x04caf\xe9\0\0\x01\0\x01",))
    assert only_row(data)["query"] == "caf\\xe9"


@pytest.mark.parametrize(
    ("protocol", "port", "parsed"),
    [
        ("udp", 53, True),
        ("udp", 137, True),
        ("udp", 5353, True),
        ("udp", 5355, True),
        ("udp", 443, False),
        ("tcp", 53, True),
        ("tcp", 5353, False),
    ],
)
def test_ports_of_the_responder(protocol: str, port: int, parsed: bool) -> None:
    connection = UNICAST._replace(responder_port=port, protocol=protocol)
    log = KeptLog()
    assert log.feed(connection, 0, True, query()) is parsed
    assert table_of(log).height == parsed


def test_only_whole_messages_confirm_the_protocol() -> None:
    log = KeptLog()
    assert log.feed(UNICAST, 0, True, query())
    assert not log.feed(UNICAST, 1, True, query(2)[:-1])
    assert not log.feed(UNICAST, 2, True, b"short")
    assert table_of(log).height == 2


def test_first_message_answering_from_the_originator_swaps_the_sides() -> None:
    connection = UNICAST._replace(originator_port=53)
    log = KeptLog()
    log.feed(connection, 0, True, reply())
    (row,) = table_of(log).to_dicts()
    assert (row["id.orig_h"], row["id.resp_h"]) == ("10.0.0.53", "10.0.0.1")


def test_netbios_is_told_by_the_port_after_the_exchange() -> None:
    connection = UNICAST._replace(originator_port=137)
    log = KeptLog()
    log.feed(connection, 0, True, message(1, RESPONSE, (), (record("a", 33, bytes(6) + b"\0"),)))
    (row,) = table_of(log).to_dicts()
    assert (row["id.resp_p"], row["query"], row["answers"]) == (137, None, None)


def test_announcement_to_a_group_keeps_the_sides() -> None:
    connection = Connection("C1", "10.0.0.1", 5353, "224.0.0.251", 5353, "udp")
    log = KeptLog()
    log.feed(connection, 0, True, reply())
    assert table_of(log)["id.resp_h"].to_list() == ["224.0.0.251"]


ABSURD = message(questions=(question("a"),) * 26)


@pytest.mark.parametrize(("absurd_messages", "known"), [(1, True), (5, True), (6, False)])
def test_other_traffic_on_a_dns_port_is_given_up_at_the_sixth_absurd_message(
    absurd_messages: int, known: bool
) -> None:
    log = log_of(*[ABSURD] * absurd_messages)
    assert log.feed(UNICAST, 10**10, True, query()) == known
    queries = [None] * absurd_messages + ["example.com"] * known
    assert table_of(log)["query"].to_list() == queries


def test_after_dns_a_single_absurd_message_is_enough() -> None:
    log = KeptLog()
    assert log.feed(UNICAST, 0, True, query(1), known=False)
    assert not log.feed(UNICAST, 1, True, ABSURD, known=True)
    assert not log.feed(UNICAST, 2, True, query(3), known=False)
    assert table_of(log)["query"].to_list() == ["example.com", None]


def test_absurd_messages_late_in_a_connection_prove_nothing() -> None:
    log = log_of(query(1) + bytes(10_240), reply(1))
    assert log.feed(UNICAST, 10**10, True, ABSURD, known=True)


def test_only_the_first_message_of_a_connection_may_exchange_the_sides() -> None:
    log = log_of(query(1), reply(1))
    log.feed(UNICAST, 10**10, True, reply(2))
    assert table_of(log)["id.orig_h"].to_list() == ["10.0.0.1"] * 2


def test_connections_do_not_mix() -> None:
    other = UNICAST._replace(uid="C2", originator="10.0.0.2")
    log = KeptLog()
    log.feed(UNICAST, 0, True, query(1, "one.example"))
    log.feed(other, 1, True, query(1, "two.example"))
    log.feed(other, 2, False, reply(1))
    rows = table_of(log).select("uid", "query", "rcode").rows()
    assert rows == [("C1", "one.example", None), ("C2", "two.example", 0)]


def test_many_messages_are_all_there_in_time_order() -> None:
    log = KeptLog()
    count = 35_000
    for number in range(count):
        sent = (count - number) * 10**6
        log.feed(UNICAST, sent, True, query(number % 7))
        log.feed(UNICAST, sent + 10, False, reply(number % 7))
    table = table_of(log)
    assert table.height == count
    assert table["ts"].is_sorted()
    assert table["rcode"].null_count() == 0


def test_repeated_texts_with_other_numbers_keep_their_numbers() -> None:
    table = table_of(log_of(query(1), query(2), query(3)))
    assert table["trans_id"].to_list() == [1, 2, 3]


def test_answers_of_several_records_keep_their_lifetimes() -> None:
    answers = (record("a", 5, b"\x01b\0", 300), record("b", 1, b"\1\2\3\4", 20))
    row = only_row(query(1, "a"), message(1, RESPONSE, (question("a"),), answers))
    assert (row["answers"], row["TTLs"]) == (["b", "1.2.3.4"], [300.0, 20.0])


LARGEST_CAPTURE = 200_000


def test_tables_are_those_of_zeek(shared_data: Path) -> None:
    compared = 0
    for capture in sorted((shared_data / "pcaps").glob("*/*/*")):
        name = str(capture.relative_to(shared_data / "pcaps")).replace("/", "__")
        reference = shared_data / "zeek-reference" / name / "dns.log"
        if reference.exists() and capture.stat().st_size < LARGEST_CAPTURE:
            expected = parse_log(reference.read_bytes(), "dns").drop("uid")
            got = analyse(capture).dns.drop("uid")
            assert _comparable(got) == _comparable(expected), name
            compared += got.height
    assert compared > 500


def _comparable(table: pl.DataFrame) -> list[str]:
    """Return sorted rows as text with times to the millisecond: Zeek rounds them."""
    rounded = table.with_columns(pl.col("ts", "rtt").round(3))
    return sorted(repr(row) for row in rounded.rows())
