"""A table of any length that is sorted: in memory if it is small, else on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import polars as pl

from capture.builtin.spool.table_file import Place, TableFile

_ARRIVAL: Final = "number of arrival"
_PIECES_A_BATCH: Final = 4
_PIECES: Final = 8  # of a run: as many rows as one eighth of the limit are read back at a time


class SortedTable:
    """Takes rows in any order and gives them back sorted by some columns.

    Rows that are equal there stay in the order in which they came. About ``limit`` bytes of rows
    wait in memory; when there are more, they are sorted and go to a temporary file in pieces, and
    these runs are merged in the end (external merge sort).
    """

    def __init__(self, sort_by: Sequence[str], limit: int) -> None:
        self._sort_by = [*sort_by, _ARRIVAL]
        self._limit = limit
        self._waiting: list[pl.DataFrame] = []
        self._bytes_waiting = 0
        self._arrived = 0
        self._file = TableFile()
        self._first_rows: list[tuple[Any, ...]] = []  # of each piece, behind its place
        self._schema = pl.Schema()  # of what is sorted by

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows; their columns are always the same. Raises ``EngineError`` on a full disk."""
        self._waiting.append(rows.with_row_index(_ARRIVAL, self._arrived))
        self._arrived += rows.height
        self._bytes_waiting += int(rows.estimated_size())
        if self._bytes_waiting > self._limit:
            self._end_run()

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield some columns of all rows, in order, in parts; none where there are no rows."""
        if self._first_rows:
            self._end_run()
            needed = list(dict.fromkeys([*self._sort_by, *columns]))
            merged = self._merged(needed)
            # Whoever writes them takes less time over a few long parts.
            while parts := list(islice(merged, _PIECES_A_BATCH)):
                yield pl.concat(parts, rechunk=True).select(columns)
        elif self._waiting:
            yield self._sorted(self._waiting).select(columns)

    def close(self) -> None:
        """Forget all rows."""
        self._waiting.clear()
        self._file.close()

    def _sorted(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat(parts).sort(self._sort_by)

    def _end_run(self) -> None:
        if not self._waiting:
            return
        run = self._sorted(self._waiting)
        self._waiting.clear()
        pieces = _PIECES * self._bytes_waiting // self._limit
        self._bytes_waiting = 0
        self._schema = run.select(self._sort_by).schema
        for piece in run.iter_slices(max(1, run.height // max(1, pieces))):
            # Not as a table, which would keep the memory of the whole run.
            self._first_rows.append(
                (*self._file.append(piece), *piece.select(self._sort_by).row(0))
            )

    def _merged(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Read the pieces by their first rows; what comes before the next first row is in order."""
        place = {"offset in the file": pl.Int64(), "length in the file": pl.Int64()}
        first_rows = pl.DataFrame(self._first_rows, {**place, **self._schema}, orient="row")
        order = first_rows.sort(self._sort_by).select(*place, _ARRIVAL)
        rest: list[pl.DataFrame] = []
        for offset, length, first in order.iter_rows():
            piece = self._file.read(Place(offset, length), columns)
            rows = self._sorted([*rest, piece])
            done = rows[_ARRIVAL].index_of(first)
            if done:
                yield rows.head(done)
            rest = [rows.slice(done or 0)]
        yield from rest
