"""Which rows of certificates are about the same certificate."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.spool.sorted_table import SortedTable

_DIGEST: Final = "digest"
_NUMBER: Final = "number"
_ROW: Final = "row"


class CertificateIdentity:
    """Takes numbers of certificates with their fingerprints; tells the first row of each.

    A certificate may come several times, each time with another number. The fingerprints wait in a
    sorted table, about ``limit`` bytes of them in memory.
    """

    def __init__(self, limit: int) -> None:
        self._digests = SortedTable([_DIGEST], limit)
        self._length = 0
        self._numbers = 0

    def add(self, numbers: pl.Series, fingerprints: pl.Series) -> None:
        """Take the next rows, at least one: their numbers, and SHA-256 in hexadecimal."""
        row = pl.Series(_ROW, np.arange(self._length, self._length + len(numbers)))
        digest = fingerprints.str.decode("hex").alias(_DIGEST)
        self._digests.add(pl.DataFrame([digest, numbers.alias(_NUMBER), row]))
        self._length += len(numbers)
        self._numbers = max(self._numbers, int(numbers.to_numpy().max()) + 1)

    def rows(self) -> NDArray[np.uint32]:
        """Return by number the first of the rows, counted from 0, with that fingerprint."""
        found = np.zeros(self._numbers, np.uint32)
        before = pl.DataFrame()
        for rows in self._digests.batches([_DIGEST, _NUMBER, _ROW]):
            together = pl.concat([before, rows]) if before.height else rows
            first = _first_rows(together)
            found[together[_NUMBER].to_numpy()] = first
            before = together.tail(1).with_columns(pl.Series(_ROW, first[-1:]))
        return found

    def close(self) -> None:
        """Forget all rows."""
        self._digests.close()


def _first_rows(rows: pl.DataFrame) -> NDArray[np.int64]:
    """Return of each row the first one with its digest; rows are sorted by that."""
    begins = (rows[_DIGEST] != rows[_DIGEST].shift(1)).fill_null(value=True).to_numpy()
    starts = np.flatnonzero(begins)
    first: NDArray[np.int64] = rows[_ROW].to_numpy()[starts[np.cumsum(begins) - 1]]
    return first
