"""Finished transactions as columns, so that millions of them take little room and time."""

from __future__ import annotations

from typing import Final

import polars as pl

from capture.builtin.dns.names import class_name, response_code_name
from capture.builtin.dns.transaction import Transaction
from capture.logs import empty_table
from capture.schema import DNS

_ROWS_A_CHUNK: Final = 1 << 15
_PLAIN: Final = {name: kind for name, kind in DNS.items() if not isinstance(kind, pl.List)}
_ANSWERS: Final = {"row": pl.UInt32(), "answers": pl.String(), "TTLs": pl.Float64()}


class DnsRows:
    """Takes transactions and gives the dns table."""

    def __init__(self) -> None:
        self._chunks: list[pl.DataFrame] = []
        self._begin_chunk()

    def _begin_chunk(self) -> None:
        self._columns: list[list[object]] = [[] for _ in _PLAIN]
        self._add = [column.append for column in self._columns]
        self._answer_rows: list[int] = []
        self._answers: list[str | None] = []
        self._lifetimes: list[int] = []

    def add(self, transaction: Transaction) -> None:
        """Add a row with what the transaction says now."""
        row = len(self._columns[0])
        for answer in transaction.answers:
            self._answer_rows.append(row)
            self._answers.append(answer.text)
            self._lifetimes.append(answer.seconds_to_live)
        for add, value in zip(self._add, _plain_values(transaction), strict=True):
            add(value)
        if row + 1 >= _ROWS_A_CHUNK:
            self._chunks.append(self._chunk())
            self._begin_chunk()

    def table(self) -> pl.DataFrame:
        """Return all rows, sorted by time."""
        parts = [empty_table("dns"), *self._chunks, self._chunk()]
        return pl.concat(parts).sort("ts", "uid", maintain_order=True)

    def _chunk(self) -> pl.DataFrame:
        rows = pl.DataFrame(dict(zip(_PLAIN, self._columns, strict=True)), schema=_PLAIN)
        answers = (self._answer_rows, self._answers, self._lifetimes)
        lists = (
            pl.DataFrame(dict(zip(_ANSWERS, answers, strict=True)), schema=_ANSWERS)
            .group_by("row", maintain_order=True)
            .agg("answers", "TTLs")
        )
        return rows.with_row_index("row").join(lists, on="row", how="left").select(list(DNS))


def _plain_values(transaction: Transaction) -> tuple[object, ...]:
    """Return the values of all columns that are no lists, in the order of the schema."""
    connection = transaction.connection
    question = transaction.question
    round_trip = transaction.round_trip_ns
    code = transaction.response_code
    return (
        transaction.time_ns / 1e9,
        connection.uid,
        connection.originator,
        connection.originator_port,
        connection.responder,
        connection.responder_port,
        connection.protocol,
        transaction.number,
        None if round_trip is None else round_trip / 1e9,
        transaction.query,
        None if question is None else question.network,
        None if question is None else class_name(question.network),
        None if question is None else question.kind,
        transaction.type_name,
        code,
        None if code is None else response_code_name(code),
        transaction.authoritative,
        transaction.truncated,
        transaction.recursion_desired,
        transaction.recursion_available,
        transaction.reserved,
        transaction.rejected,
    )
