"""What a capture gives for each log, as it is found, and in the end as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from capture.builtin.dns.tables import DnsLog
from capture.builtin.flows.conn_log import ConnLog
from capture.builtin.tls.tables import TlsLog
from capture.logs import empty_table

BYTES_IN_MEMORY: Final = 1 << 24
"""About so many bytes of rows of each log wait in memory, unless told otherwise."""


class LogTables:
    """The rows of the four logs; those of large captures wait in temporary files."""

    def __init__(self, bytes_in_memory: int = BYTES_IN_MEMORY) -> None:
        self.conn = ConnLog(bytes_in_memory)
        self.tls = TlsLog(bytes_in_memory)
        self.dns = DnsLog(bytes_in_memory)

    def batches(self, name: str) -> Iterator[pl.DataFrame]:
        """Yield the table of that name (conn, ssl, x509 or dns), sorted by time, in parts.

        The first part has no rows, but the columns.
        """
        of_log = {
            "conn": self.conn.batches,
            "ssl": self.tls.ssl_batches,
            "x509": self.tls.x509_batches,
            "dns": self.dns.batches,
        }
        yield empty_table(name)
        yield from of_log[name]()

    def close(self) -> None:
        """Remove the temporary files."""
        for log in (self.conn, self.tls, self.dns):
            log.close()
