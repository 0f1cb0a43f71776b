"""A DNS log whose rows are kept."""

from __future__ import annotations

from functools import partial

import polars as pl

from capture.builtin.dns.tables import DnsLog
from capture.builtin.log_tables import LogTables


class KeptLog(DnsLog):
    """Keeps what the log delivers."""

    def __init__(self) -> None:
        self._tables = LogTables()
        super().__init__(partial(self._tables.add, "dns"), 1 << 20)

    def table(self) -> pl.DataFrame:
        """Return the rows of the connections that are over."""
        self.finish()
        return pl.concat(self._tables.batches("dns"))
