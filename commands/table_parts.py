"""A table that is written in parts, as CSV or Parquet, so that it may be larger than the memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    import polars as pl

_TIMES: Final = "%Y-%m-%d %H:%M:%S%.6f"
_SMALL: Final = 1 << 17  # rows that Parquet may take at once


class TableParts:
    """Takes the parts of a table, whose columns are the same, for a file.

    CSV is written as it comes. Parquet has its columns at one place, so that many parts wait in
    files of the temporary folder.

    Attributes
    ----------
    rows
        How many were taken so far.
    """

    def __init__(self, path: Path, suffix: str) -> None:
        self._path = path
        self._is_csv = suffix == ".csv"
        self._is_new = True
        self._waiting: list[pl.DataFrame] = []
        self._folder = tempfile.TemporaryDirectory(prefix="flows-")
        self._files: list[Path] = []
        self.rows = 0

    def __enter__(self) -> Self:
        """Return it, to be given the parts."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what waits, unless something failed."""
        try:
            if kind is None and not self._is_csv:
                self._write_parquet()
        finally:
            self._folder.cleanup()

    def add(self, part: pl.DataFrame) -> None:
        """Take the next rows; the first part tells the columns, and may have none."""
        self.rows += part.height
        if self._is_csv:
            self._append_csv(part)
            return
        self._waiting.append(part)
        if sum(map(len, self._waiting)) > _SMALL:
            self._put_aside()

    def _append_csv(self, part: pl.DataFrame) -> None:
        if not self._is_new and part.is_empty():
            return
        with self._path.open("wb" if self._is_new else "ab") as file:
            part.write_csv(file, include_header=self._is_new, datetime_format=_TIMES)
        self._is_new = False

    def _put_aside(self) -> None:
        import polars as pl

        self._files.append(Path(self._folder.name) / f"{len(self._files)}.parquet")
        pl.concat(self._waiting).write_parquet(self._files[-1])
        self._waiting.clear()

    def _write_parquet(self) -> None:
        import polars as pl

        if not self._files:
            pl.concat(self._waiting, rechunk=True).write_parquet(self._path)
            return
        if self._waiting:
            self._put_aside()
        pl.scan_parquet(self._files).sink_parquet(self._path)
