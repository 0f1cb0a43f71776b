"""Finished transactions as columns, so that millions of them take little room and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.connection import ConnectionColumns
from capture.builtin.dns.exchanges_at_once import Exchanges
from capture.builtin.dns.message import DnsMessage, Question
from capture.builtin.dns.names import RESPONSE_CODES
from capture.builtin.dns.transaction import Transaction
from capture.schema import DNS

SORT_BY: Final = ("ts", "uid")
# What objects take, roughly.
_BYTES_A_ROW: Final = 2048
_BYTES_AN_ANSWER: Final = 256
_NANOSECONDS: Final = 1e9
_CONNECTION: Final = ("uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto")
_NO_QUESTION: Final = (None,) * 5
_AUTHORITATIVE: Final = 0x0400
_TRUNCATED: Final = 0x0200
_RECURSION_DESIRED: Final = 0x0100
_RECURSION_AVAILABLE: Final = 0x0080

_Columns = Mapping[str, Any]


_CODE: Final = 0x000F
_NO_MESSAGE: Final = DnsMessage(0, 0, 0, None, None, (), (), whole=True)


class _Messages(NamedTuple):
    """Messages by column, one for each field of ``DnsMessage``."""

    flags: tuple[int, ...]
    question_count: tuple[int, ...]
    records: tuple[int, ...]
    question: tuple[Question | None, ...]
    owner: tuple[str | None, ...]
    answers: tuple[tuple[str, ...], ...]
    lifetimes: tuple[tuple[int, ...], ...]
    whole: tuple[bool, ...]


@dataclass(frozen=True)
class _Rows:
    """The rows that wait, by column; a transaction may lack its query, its response or both."""

    connections: ConnectionColumns = field(
        default_factory=lambda: ConnectionColumns([], [], [], [], [], [])
    )
    times: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    queries: list[DnsMessage | None] = field(default_factory=list)
    responses: list[DnsMessage | None] = field(default_factory=list)
    round_trips: list[int | None] = field(default_factory=list)
    rejected: list[bool] = field(default_factory=list)


class DnsRows:
    """Takes transactions and delivers rows of the dns table in chunks."""

    def __init__(self, deliver: Callable[[pl.DataFrame], None], bytes_in_memory: int) -> None:
        self._deliver = deliver
        self._limit = bytes_in_memory
        self._rows = _Rows()
        self._bytes = 0

    def add(self, done: Transaction) -> None:
        """Add a row with what the transaction says now."""
        rows = self._rows
        rows.connections.append(done.connection)
        rows.times.append(done.time_ns)
        rows.numbers.append(done.number)
        rows.queries.append(done.query)
        rows.responses.append(done.response)
        rows.round_trips.append(done.round_trip_ns)
        rows.rejected.append(done.rejected)
        self._count([done.response])

    def add_exchanges(
        self,
        connections: ConnectionColumns,
        exchanges: Exchanges,
        queries: Sequence[DnsMessage],
        responses: Sequence[DnsMessage],
    ) -> None:
        """Add a row for each exchange; its connection is at an index of the columns."""
        rows = self._rows
        rows.connections.extend(connections.take(exchanges.connection))
        rows.times.extend(exchanges.asked_ns)
        rows.numbers.extend(exchanges.number)
        rows.queries.extend([query if query.question else None for query in queries])
        rows.responses.extend(responses)
        rows.rejected.extend([False] * len(responses))
        times = zip(exchanges.asked_ns, exchanges.answered_ns, responses, strict=True)
        rows.round_trips.extend(
            [
                None if response.owner is None or asked == answered else answered - asked
                for asked, answered, response in times
            ]
        )
        self._count(responses)

    def _count(self, responses: Sequence[DnsMessage | None]) -> None:
        """Note what rows with these responses take."""
        answers = sum([len(response.answers) for response in responses if response])
        text = sum([sum(map(len, response.answers)) for response in responses if response])
        self._bytes += _BYTES_A_ROW * len(responses) + _BYTES_AN_ANSWER * answers + text
        if self._bytes > self._limit:
            self._end_chunk()

    def finish(self) -> None:
        """Deliver what still waits."""
        self._end_chunk()

    def _end_chunk(self) -> None:
        if self._rows.times:
            self._deliver(_table(self._rows))
            self._rows = _Rows()
            self._bytes = 0


def _table(rows: _Rows) -> pl.DataFrame:
    queries = _Messages(*zip(*[query or _NO_MESSAGE for query in rows.queries], strict=True))
    responses = _Messages(*zip(*[one or _NO_MESSAGE for one in rows.responses], strict=True))
    responded = np.array([response is not None for response in rows.responses])
    columns = {
        "ts": np.array(rows.times, dtype=np.int64) / _NANOSECONDS,
        **dict(zip(_CONNECTION, rows.connections, strict=True)),
        "trans_id": rows.numbers,
        "rtt": [None if trip is None else trip / _NANOSECONDS for trip in rows.round_trips],
        **_query_columns(queries, responses),
        **_response_columns(responses, responded, np.array(rows.rejected)),
        **_answer_columns(responses),
    }
    return pl.DataFrame(columns, schema_overrides=DNS).select(list(DNS))


def _query_columns(queries: _Messages, responses: _Messages) -> _Columns:
    """Return the columns of the query; without a question, the answer may tell the name."""
    asked = [question or _NO_QUESTION for question in queries.question]
    names, kinds, kind_names, networks, network_names = zip(*asked, strict=True)
    known = zip(names, queries.question, responses.owner, strict=True)
    flags = np.array(queries.flags)
    return {
        "query": [name if question else owner for name, question, owner in known],
        "qclass": networks,
        "qclass_name": network_names,
        "qtype": kinds,
        "qtype_name": kind_names,
        "TC": (flags & _TRUNCATED) != 0,
        "RD": (flags & _RECURSION_DESIRED) != 0,
        "Z": flags >> 4 & 7,
    }


def _response_columns(
    responses: _Messages, responded: NDArray[np.bool_], rejected: NDArray[np.bool_]
) -> _Columns:
    """Return the columns of the response's header; its flags count where there is an answer."""
    flags = np.array(responses.flags)
    codes = pl.select(pl.when(pl.Series(responded)).then(pl.Series(flags & _CODE))).to_series()
    answered = [owner is not None for owner in responses.owner]
    flags[~np.array(answered)] = 0
    return {
        "rcode": codes,
        "rcode_name": pl.Series(RESPONSE_CODES).gather(codes),
        "AA": (flags & _AUTHORITATIVE) != 0,
        "RA": (flags & _RECURSION_AVAILABLE) != 0,
        "rejected": rejected | (responded & _rejected(responses)),
    }


def _rejected(responses: _Messages) -> NDArray[np.bool_]:
    """Return which responses say no more than that there is no answer."""
    failed = (np.array(responses.flags) & _CODE != 0) & (np.array(responses.question_count) == 0)
    has_question = np.array([question is not None for question in responses.question])
    rejected: NDArray[np.bool_] = failed | (has_question & (np.array(responses.records) == 0))
    return rejected


def _answer_columns(responses: _Messages) -> _Columns:
    """Return the columns that hold lists, null where there is no answer to show.

    The lists are grouped from one long column each: polars is slow over Python lists one by one.
    """
    counts = np.array(list(map(len, responses.answers)))
    place = np.repeat(np.arange(np.count_nonzero(counts)), counts[counts > 0])
    items = pl.DataFrame(
        {
            "place": pl.Series(place).set_sorted(),
            "answers": pl.Series(chain.from_iterable(responses.answers), dtype=pl.String),
            "TTLs": pl.Series(chain.from_iterable(responses.lifetimes), dtype=pl.Float64),
        }
    )
    lists = items.group_by("place", maintain_order=True).agg("answers", "TTLs")
    has_answers = pl.Series(counts > 0)
    places = has_answers.cast(pl.Int64).cum_sum() - 1
    places = pl.select(pl.when(has_answers).then(places)).to_series()
    return {name: lists[name].gather(places) for name in ("answers", "TTLs")}
