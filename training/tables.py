"""Training tables as compressed CSV: the same bytes for the same rows, missing values kept."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from models.card import REPOSITORY
from training.progress import warn

# Words of the libraries that read, what they mean, and what to do.
_KNOWN: Final = (
    (
        "more fields than defined",
        "a row has more fields than the heading",
        "separate fields by commas, and put those that hold one in quotes",
    ),
    ("utf-8", "not UTF-8", "write it as UTF-8, as spreadsheets offer it"),
    ("empty CSV", "the file is empty", "write the table again"),
)


class TableError(ValueError):
    """A training table that cannot be read; the message names the file and what to do."""


def write_table(path: Path, table: pl.DataFrame) -> None:
    """Write CSV, through gzip when the name ends in .gz, without name and time of the file.

    A missing value is an empty field, an empty text ``""``; numbers are written in full.
    """
    content = table.write_csv(quote_style="necessary", line_terminator="\n").encode()
    if path.suffix == ".gz":
        content = _compressed(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def replace_table(path: Path, table: pl.DataFrame, *, is_shipped: bool = False) -> None:
    """Write a table that training reads in place of the former one, but never an empty one.

    Where that changed a table that is shipped the user is told how to get it back. Raises
    ``TableError`` when the table has no row.
    """
    if table.is_empty():
        raise TableError(f"{path}: not written, since what could be read gave no labelled row")
    former = path.read_bytes() if is_shipped and path.is_file() else None
    write_table(path, table)
    if former is not None and former != path.read_bytes():
        name = path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path
        warn(
            f"replaced {name}, which training reads; git -C {REPOSITORY} "
            f"checkout -- {name} brings the shipped one "
            "back, --data DIR writes elsewhere"
        )


def read_table(path: Path, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the columns of ``schema`` from a table that ``write_table`` wrote.

    Raises ``TableError`` when the file cannot be read, is damaged or lacks a column.
    """
    try:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        table = pl.read_csv(text, schema_overrides=dict(schema), infer_schema=False)
    except (OSError, EOFError, zlib.error, pl.exceptions.PolarsError) as error:
        raise unreadable(path, error) from None
    missing = [name for name in schema if name not in table.columns]
    if missing:
        raise TableError(f"{path}: no column {', '.join(missing)}; make the table again")
    return table.select(list(schema))


def unreadable(path: Path, error: Exception) -> TableError:
    """Return the error that says why a table cannot be read, and what to do."""
    if isinstance(error, OSError) and error.strerror:
        return _unreadable(path, error.strerror.lower(), "check the path and its permissions")
    reason = next(iter(str(error).splitlines()), "") or "no more is known"
    for words, why, remedy in _KNOWN:
        if words in reason:
            return _unreadable(path, why, remedy)
    return _unreadable(path, reason, "write the table again")


def _unreadable(path: Path, why: str, remedy: str) -> TableError:
    return TableError(f"{path}: not a readable table ({why}); {remedy}")


def _compressed(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", mtime=0) as archive:
        archive.write(content)
    return buffer.getvalue()
