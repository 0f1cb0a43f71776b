"""Tables kept on the disk for a while."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO, NamedTuple

import polars as pl

from capture.builtin.spool.packed_table import packed, unpacked
from capture.errors import EngineError


class Place(NamedTuple):
    """Where a table is in the file, in bytes."""

    offset: int
    length: int


class TableFile:
    """A file of the temporary folder, made when the first table comes.

    It has no name there, so that the system removes it with the process, however that ends.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0

    def append(self, table: pl.DataFrame) -> Place:
        """Write a table and return its place; raises ``EngineError`` if it cannot be written."""
        content = packed(table)
        place = Place(self._end, len(content))
        try:
            self._write(memoryview(content))
        except OSError as error:
            raise EngineError(_what_to_do(error)) from None
        self._end += place.length
        return place

    def read(self, place: Place, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the table at a place, or some of its columns."""
        if self._file is None:
            raise ValueError("nothing was written yet")
        self._file.seek(place.offset)
        return unpacked(self._file.read(place.length), columns)

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, content: memoryview) -> None:
        if self._file is None:
            # Without a buffer, so that a full disk is met here and not when the file is closed.
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # close() is there
        self._file.seek(self._end)
        while content:
            content = content[self._file.write(content) :]


def _what_to_do(error: OSError) -> str:
    return (
        f"{tempfile.gettempdir()}: rows of large captures wait there, but it cannot be written "
        f"({error.strerror or error}); make room, or let TMPDIR name another folder"
    )
