"""What a capture gives for each log, as it is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

import polars as pl

from capture.builtin.dns.tables import DnsLog
from capture.builtin.flows.conn_log import ConnLog
from capture.builtin.part import WHOLE, Part
from capture.builtin.tls.certificate_rows import CertificateRows
from capture.builtin.tls.tables import TlsLog

BYTES_IN_MEMORY: Final = 1 << 24
"""About so many bytes of rows of each log wait in memory, unless told otherwise."""

Deliver = Callable[[str, pl.DataFrame], None]
"""Takes rows of the table of that name, see ``LogTables.add``."""


SKIPPED: Final = "skipped"
"""A table of what was given up: its columns are reason and count."""


class LogRows:
    """Makes rows of what is found in the connections of a part, and delivers them in chunks.

    ``skipped`` counts by reason what the part gives up.
    """

    def __init__(
        self, deliver: Deliver, bytes_in_memory: int = BYTES_IN_MEMORY, part: Part = WHOLE
    ) -> None:
        self.skipped = Counter[str]()
        self._deliver = deliver
        certificates = CertificateRows(deliver, part)
        self.conn = ConnLog(partial(deliver, "conn"), bytes_in_memory)
        self.tls = TlsLog(partial(deliver, "ssl"), certificates, bytes_in_memory)
        self.dns = DnsLog(partial(deliver, "dns"), bytes_in_memory)

    def finish(self) -> None:
        """Deliver the rows that still wait; all connections are over."""
        for log in (self.conn, self.tls, self.dns):
            log.finish()
        if self.skipped:
            counts = {"reason": list(self.skipped), "count": list(self.skipped.values())}
            self._deliver(SKIPPED, pl.DataFrame(counts))
