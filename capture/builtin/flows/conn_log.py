"""Finished connections to rows of the conn table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from capture.builtin.flows.connection_table import FINISHED, join_rows
from capture.builtin.flows.rows import Rows, Texts, conn_table

SORT_BY: Final = ("first_time", "serial")
"""The columns beside those of the conn table, by which it is sorted."""

_ROWS_A_CHUNK: Final = 1 << 15


class ConnLog:
    """Takes finished connections and delivers rows of the conn table in chunks."""

    def __init__(self, deliver: Callable[[pl.DataFrame], None], bytes_in_memory: int) -> None:
        self.texts = Texts()
        self._rows_a_chunk = max(1, min(_ROWS_A_CHUNK, bytes_in_memory // FINISHED.itemsize))
        self._deliver = deliver
        self._chunk: list[Rows] = []
        self._length = 0

    def add(self, rows: Rows) -> None:
        """Take rows whose numbers of texts are those of ``texts``; they wait for ``settle``."""
        self._chunk.append(rows)
        self._length += len(rows)

    def settle(self) -> None:
        """Let go of what waits, if it is much."""
        if self._length > self._rows_a_chunk:
            self._end_chunk()

    def finish(self) -> None:
        """Deliver what still waits."""
        self._end_chunk()

    def _end_chunk(self) -> None:
        if not self._length:
            return
        chunk = join_rows(self._chunk)
        self._chunk.clear()
        self._length = 0
        for begin in range(0, len(chunk), self._rows_a_chunk):
            rows = chunk[begin : begin + self._rows_a_chunk]
            keys = [pl.Series(name, rows[name]) for name in SORT_BY]
            self._deliver(conn_table(rows, self.texts).with_columns(keys))
