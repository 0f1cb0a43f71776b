"""A table of any length of which rows are asked for by their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.spool.row_sizes import row_sizes
from capture.builtin.spool.table_file import Place, TableFile

_ASKED: Final = "place in the question"


class NumberedTable:
    """Takes rows, which are numbered from 0, and gives back those asked for.

    When there are more than about ``limit`` bytes of them, they go to a temporary file. No more
    are given back at once, either, unless a single row is longer.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[pl.DataFrame | Place] = []
        self._begins: list[int] = []
        self._sizes: list[NDArray[np.uint32]] = []  # of the rows, in bytes
        self._length = 0
        self._bytes_in_memory = 0
        self._file = TableFile()

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._length

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows; their columns are always the same. Raises ``EngineError`` on a full disk."""
        self._parts.append(rows)
        self._begins.append(self._length)
        self._sizes.append(row_sizes(rows).astype(np.uint32))
        self._length += rows.height
        self._bytes_in_memory += int(rows.estimated_size())
        if self._bytes_in_memory > self._limit:
            self._parts = [
                self._file.append(part) if isinstance(part, pl.DataFrame) else part
                for part in self._parts
            ]
            self._bytes_in_memory = 0

    def batches(self, numbers: NDArray[np.int64]) -> Iterator[pl.DataFrame]:
        """Yield the rows of these numbers, in their order, in parts."""
        self._sizes = [np.concatenate([np.empty(0, np.uint32), *self._sizes])]
        reached = np.cumsum(self._sizes[0][numbers], dtype=np.int64)
        begin, taken = 0, 0
        while begin < len(numbers):
            end = max(begin + 1, int(np.searchsorted(reached, taken + self._limit, side="right")))
            yield self._rows(numbers[begin:end])
            begin, taken = end, int(reached[end - 1])

    def close(self) -> None:
        """Forget all rows."""
        self._parts.clear()
        self._file.close()

    def _rows(self, numbers: NDArray[np.int64]) -> pl.DataFrame:
        of_part = np.searchsorted(self._begins, numbers, side="right") - 1
        found = []
        for part in np.unique(of_part).tolist():
            asked = np.flatnonzero(of_part == part)
            within = pl.Series(numbers[asked] - self._begins[part])
            rows = self._part(part).select(pl.all().gather(within))
            found.append(rows.with_columns(pl.Series(_ASKED, asked)))
        return pl.concat(found).sort(_ASKED).drop(_ASKED)

    def _part(self, number: int) -> pl.DataFrame:
        part = self._parts[number]
        return self._file.read(part) if isinstance(part, Place) else part
