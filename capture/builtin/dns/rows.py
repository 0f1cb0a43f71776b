"""Finished transactions as columns, so that millions of them take little room and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.dns.message import DnsMessage
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


# Connection, time, number, query, response, round trip; plain, because there are many.
_Row = tuple[Connection, int, int, DnsMessage | None, DnsMessage | None, int | None]


class DnsRows:
    """Takes transactions and delivers rows of the dns table in chunks."""

    def __init__(self, deliver: Callable[[pl.DataFrame], None], bytes_in_memory: int) -> None:
        self._deliver = deliver
        self._limit = bytes_in_memory
        self._rows: list[_Row] = []
        self._bytes = 0

    def add(self, done: Transaction) -> None:
        """Add a row with what the transaction says now."""
        self._rows.append(
            (
                done.connection,
                done.time_ns,
                done.number,
                done.query,
                done.response,
                done.round_trip_ns,
            )
        )
        answers = done.response.answers if done.response else ()
        self._bytes += _BYTES_A_ROW + _BYTES_AN_ANSWER * len(answers)
        if self._bytes > self._limit:
            self._end_chunk()

    def finish(self) -> None:
        """Deliver what still waits."""
        self._end_chunk()

    def _end_chunk(self) -> None:
        if self._rows:
            self._deliver(_table(self._rows))
            self._rows = []
            self._bytes = 0


def _table(rows: Sequence[_Row]) -> pl.DataFrame:
    connections, times, numbers, queries, responses, round_trips = zip(*rows, strict=True)
    columns = {
        "ts": np.array(times, dtype=np.int64) / _NANOSECONDS,
        **dict(zip(_CONNECTION, zip(*connections, strict=True), strict=True)),
        "trans_id": numbers,
        "rtt": [None if trip is None else trip / _NANOSECONDS for trip in round_trips],
        **_query_columns(queries),
        "query": list(map(_name, queries, responses)),
        **_response_columns(responses),
        **_answer_columns(responses),
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
