"""Finished transactions as columns, so that millions of them take little room and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import numpy as np
import polars as pl

from capture.builtin.connection import ConnectionColumns
from capture.builtin.dns.exchanges_at_once import Exchanges
from capture.builtin.dns.message import DnsMessage
from capture.builtin.dns.names import RESPONSE_CODES
from capture.builtin.dns.transaction import Transaction
from capture.builtin.spool.sorted_table import SortedTable
from capture.schema import DNS

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


class DnsRows:
    """Takes transactions and gives the dns table, sorted by time and connection."""

    def __init__(self, bytes_in_memory: int) -> None:
        self._table = SortedTable(("ts", "uid"), bytes_in_memory)
        self._limit = bytes_in_memory
        self._rows = _Rows()
        self._bytes = 0

    def add(self, done: Transaction) -> None:
        """Add a row with what the transaction says now."""
        rows = self._rows
        for column, value in zip(rows.connections, done.connection, strict=True):
            column.append(value)
        rows.times.append(done.time_ns)
        rows.numbers.append(done.number)
        rows.queries.append(done.query)
        rows.responses.append(done.response)
        rows.round_trips.append(done.round_trip_ns)
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
        for column, values in zip(rows.connections, connections, strict=True):
            column.extend([values[at] for at in exchanges.connection])
        rows.times.extend(exchanges.asked_ns)
        rows.numbers.extend(exchanges.number)
        rows.queries.extend([query if query.question else None for query in queries])
        rows.responses.extend(responses)
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
        self._bytes += _BYTES_A_ROW * len(responses) + _BYTES_AN_ANSWER * answers
        if self._bytes > self._limit:
            self._end_chunk()

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield all rows in parts; none where there are no rows."""
        self._end_chunk()
        return self._table.batches(list(DNS))

    def close(self) -> None:
        """Forget all rows."""
        self._table.close()

    def _end_chunk(self) -> None:
        if self._rows.times:
            self._table.add(_table(self._rows))
            self._rows = _Rows()
            self._bytes = 0


def _table(rows: _Rows) -> pl.DataFrame:
    columns = {
        "ts": np.array(rows.times, dtype=np.int64) / _NANOSECONDS,
        **dict(zip(_CONNECTION, rows.connections, strict=True)),
        "trans_id": rows.numbers,
        "rtt": [None if trip is None else trip / _NANOSECONDS for trip in rows.round_trips],
        **_query_columns(rows.queries),
        "query": list(map(_name, rows.queries, rows.responses)),
        **_response_columns(rows.responses),
        **_answer_columns(rows.responses),
    }
    return pl.DataFrame(columns, schema_overrides=DNS).select(list(DNS))


def _name(query: DnsMessage | None, response: DnsMessage | None) -> str | None:
    """Return the name that was asked for, or that the answer tells without a question."""
    if query and query.question:
        return query.question.name
    return response.owner if response else None


def _query_columns(queries: Sequence[DnsMessage | None]) -> _Columns:
    questions = [(query and query.question) or _NO_QUESTION for query in queries]
    _, kinds, kind_names, networks, network_names = zip(*questions, strict=True)
    flags = np.array([query.flags if query else 0 for query in queries])
    return {
        "qclass": networks,
        "qclass_name": network_names,
        "qtype": kinds,
        "qtype_name": kind_names,
        "TC": (flags & _TRUNCATED) != 0,
        "RD": (flags & _RECURSION_DESIRED) != 0,
        "Z": flags >> 4 & 7,
    }


def _response_columns(responses: Sequence[DnsMessage | None]) -> _Columns:
    """Return the columns of the response's header; its flags count where there is an answer."""
    codes = pl.Series(
        [response and response.response_code for response in responses], dtype=pl.Int64
    )
    has_answer = [response is not None and response.owner is not None for response in responses]
    flags = np.array([response.flags if response else 0 for response in responses])
    flags[~np.array(has_answer)] = 0
    return {
        "rcode": codes,
        "rcode_name": pl.Series(RESPONSE_CODES).gather(codes),
        "AA": (flags & _AUTHORITATIVE) != 0,
        "RA": (flags & _RECURSION_AVAILABLE) != 0,
        "rejected": [response is not None and response.rejected for response in responses],
    }


def _answer_columns(responses: Sequence[DnsMessage | None]) -> _Columns:
    """Return the columns that hold lists, null where there is no answer to show.

    The lists are grouped from one long column each: polars is slow over Python lists one by one.
    """
    answered = [response for response in responses if response and response.answers]
    counts = [len(response.answers) for response in answered]
    items = pl.DataFrame(
        {
            "place": pl.Series(np.repeat(np.arange(len(answered)), counts)).set_sorted(),
            "answers": pl.Series(
                chain.from_iterable(response.answers for response in answered), dtype=pl.String
            ),
            "TTLs": pl.Series(
                chain.from_iterable(response.lifetimes for response in answered), dtype=pl.Float64
            ),
        }
    )
    lists = items.group_by("place", maintain_order=True).agg("answers", "TTLs")
    has_answers = pl.Series([bool(response and response.answers) for response in responses])
    places = has_answers.cast(pl.Int64).cum_sum() - 1
    places = pl.select(pl.when(has_answers).then(places)).to_series()
    return {name: lists[name].gather(places) for name in ("answers", "TTLs")}
