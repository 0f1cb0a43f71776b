"""The tables of what was found, whole."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.log_rows import LogRows
from capture.builtin.log_tables import LogTables
from capture.builtin.tls.connection import TlsConnection


def table_of(logs: LogTables, name: str) -> pl.DataFrame:
    """Return the table of that name."""
    return pl.concat(logs.batches(name))


def ssl_and_x509_tables(
    found: Iterable[tuple[Connection, TlsConnection]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables of TLS connections."""
    logs = LogTables()
    rows = LogRows(logs.add)
    for connection, tls in found:
        rows.tls.add(connection, tls)
    rows.finish()
    return table_of(logs, "ssl"), table_of(logs, "x509")
