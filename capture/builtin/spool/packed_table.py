"""Tables as few bytes, to be kept on the disk or sent to another process."""

from __future__ import annotations

import io
from collections.abc import Sequence

import polars as pl


def packed(table: pl.DataFrame) -> bytes:
    """Return a table as bytes, which takes less time than to write or send it as it is."""
    content = io.BytesIO()
    # Newer forms of text columns bring along the text of rows that were sliced away.
    oldest = pl.CompatLevel.oldest()
    table.write_ipc_stream(content, compression="lz4", compat_level=oldest)
    return content.getvalue()


def unpacked(content: bytes, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Return the table, or some of its columns."""
    wanted = None if columns is None else list(columns)
    return pl.read_ipc_stream(io.BytesIO(content), columns=wanted)
