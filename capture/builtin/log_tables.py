"""The rows of all logs, whoever found them, and in the end the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from capture.builtin.dns import rows as dns
from capture.builtin.flows import conn_log as conn
from capture.builtin.log_rows import BYTES_IN_MEMORY, SKIPPED
from capture.builtin.spool.sorted_table import SortedTable
from capture.builtin.tls import tables as ssl
from capture.builtin.tls.certificate_log import CertificateLog
from capture.logs import empty_table
from capture.schema import SCHEMAS


class LogTables:
    """The rows of the four logs; those of large captures wait in temporary files.

    ``skipped`` counts by reason what was given up.
    """

    def __init__(self, bytes_in_memory: int = BYTES_IN_MEMORY) -> None:
        self._tables = {
            "conn": SortedTable(conn.SORT_BY, bytes_in_memory),
            "ssl": SortedTable(ssl.SORT_BY, bytes_in_memory),
            "dns": SortedTable(dns.SORT_BY, bytes_in_memory),
        }
        self._certificates = CertificateLog(bytes_in_memory)
        self.skipped = Counter[str]()

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Take rows of conn, ssl, dns or SKIPPED, or of a table that ``CertificateRows`` delivers.

        Raises ``EngineError`` if a temporary file cannot be written.
        """
        table = self._tables.get(name)
        if table is not None:
            table.add(rows)
        elif name == SKIPPED:
            self.skipped.update(dict(rows.iter_rows()))
        else:
            self._certificates.add(name, rows)

    def batches(self, name: str) -> Iterator[pl.DataFrame]:
        """Yield the table of that name (conn, ssl, x509 or dns), sorted by time, in parts.

        The first part has no rows, but the columns.
        """
        yield empty_table(name)
        if name in self._tables:
            yield from self._tables[name].batches(list(SCHEMAS[name]))
        else:
            yield from self._certificates.batches()

    def close(self) -> None:
        """Remove the temporary files."""
        for table in self._tables.values():
            table.close()
        self._certificates.close()
