"""Plain exchanges read at once give the rows that they give message by message."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.connection import Connection, ConnectionColumns
from capture.builtin.dns.exchanges_at_once import plain_exchanges
from capture.builtin.segment import Segment
from tests.capture.builtin.dns.kept_log import KeptLog
from tests.capture.builtin.dns.message_bytes import QUERY, RESPONSE, message, query, question, reply
from tests.capture.builtin.tls.payloads_in_order import in_order_payload

ASKED, ANSWERED = Segment(1000, True, query(7)), Segment(3000, False, reply(7))


def connection(number: int) -> Connection:
    return Connection(f"C{number}", "10.0.0.1", 5000 + number, "10.0.0.53", 53, "udp")


def read_at_once(*connections: list[Segment]) -> tuple[list[bool], pl.DataFrame, list[str]]:
    """Return which connections are plain, and the rows and the DNS connections of these."""
    log = KeptLog()
    plain, exchanges = plain_exchanges(in_order_payload(connections))
    columns = ConnectionColumns(
        *map(list, zip(*map(connection, range(len(connections))), strict=True))
    )
    whole = log.add(columns, exchanges)
    named = zip(exchanges.connection, whole, strict=True)
    return plain.tolist(), log.table(), sorted({f"C{at}" for at, is_whole in named if is_whole})


def read_one_by_one(
    connections: list[list[Segment]], plain: list[bool]
) -> tuple[pl.DataFrame, list[str]]:
    log = KeptLog()
    named = set()
    for number, segments in enumerate(connections):
        if plain[number]:
            for segment in segments:
                if log.feed(connection(number), *segment[:3]):
                    named.add(f"C{number}")
            log.end(connection(number))
    return log.table(), sorted(named)


def test_one_exchange_after_another() -> None:
    later = Segment(5000, True, query(8, "b.example")), Segment(9000, False, reply(8, "b.example"))
    plain, table, named = read_at_once([ASKED, ANSWERED, *later], [ASKED, ANSWERED])
    assert plain == [True, True]
    assert named == ["C0", "C1"]
    assert table["query"].to_list() == ["example.com", "example.com", "b.example"]


@pytest.mark.parametrize(
    "segments",
    [
        [ASKED],
        [ANSWERED, ASKED],
        [ASKED, ASKED._replace(time_ns=2000), ANSWERED],
        [ASKED, ANSWERED._replace(data=reply(8))],
        [ASKED, ANSWERED._replace(from_originator=True)],
        [ASKED, ANSWERED._replace(data=ANSWERED.data[:11])],
        [ASKED._replace(data=message(7, QUERY | 0x2800)), ANSWERED],
        [ASKED, ANSWERED._replace(data=message(7, RESPONSE, (question("a"),) * 26))],
    ],
)
def test_what_is_not_plain_is_left_to_others(segments: list[Segment]) -> None:
    plain, table, _ = read_at_once(segments, [ASKED, ANSWERED])
    assert plain == [False, True]
    assert table.height == 1


def test_nothing_at_all() -> None:
    plain, exchanges = plain_exchanges(in_order_payload([]))
    assert plain.tolist() == []
    assert exchanges.connection == []


@st.composite
def conversations(draw: st.DrawFn) -> list[Segment]:
    """Return messages of a connection, most of them plain exchanges, some bytes changed."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        for from_originator, made in ((True, query(number)), (False, reply(number))):
            body = bytearray(made)
            if draw(st.integers(0, 3)) == 0:
                body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
            time_ns = 1000 * (2 * number + draw(st.integers(0, 1)))
            found.append(Segment(time_ns, from_originator, bytes(body)))
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(conversations(), min_size=1, max_size=5))
def test_reading_at_once_agrees_with_reading_one_by_one(connections: list[list[Segment]]) -> None:
    plain, table, named = read_at_once(*connections)
    expected, expected_named = read_one_by_one(connections, plain)
    assert table.equals(expected)
    assert named == expected_named
