"""The x509 table, from the chains and certificates that all parts of a capture delivered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import polars as pl

from capture.builtin.spool.numbered_table import NumberedTable
from capture.builtin.spool.sorted_table import SortedTable
from capture.builtin.tls.certificate_identity import CertificateIdentity
from capture.builtin.tls.certificate_rows import CHAINS, NUMBER, ORDER_OF_CHAINS
from capture.builtin.tls.sightings import (
    CERTIFICATE,
    OF_CLIENT,
    OF_HOST,
    PLACE,
    SIGHTED_AS,
    TIME,
    WorthARow,
    sightings,
)
from capture.schema import X509

_NANOSECONDS: Final = 1e9


class CertificateLog:
    """Takes the rows of ``CertificateRows``, of all parts, and gives the x509 table.

    It is sorted by time. A certificate gives one row a day for each part it plays: as the first of
    a chain or a further one, of a server or of a client. About ``bytes_in_memory`` of each kind of
    rows wait in memory, and of each certificate a few bytes, however long its names are.
    """

    def __init__(self, bytes_in_memory: int) -> None:
        self._limit = bytes_in_memory
        self._chains = SortedTable(ORDER_OF_CHAINS, bytes_in_memory)
        self._details = NumberedTable(bytes_in_memory)
        self._identity = CertificateIdentity(bytes_in_memory)

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Take rows of the table CHAINS or CERTIFICATES."""
        if name == CHAINS:
            self._chains.add(rows)
        else:
            self._identity.add(rows[NUMBER], rows["fingerprint"])
            self._details.add(rows.drop(NUMBER))

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in parts; none where there are no rows."""
        with (
            closing(SortedTable(SIGHTED_AS, self._limit)) as seen,
            closing(SortedTable([PLACE], self._limit)) as logged,
        ):
            for part in self._sightings():
                seen.add(part)
            worth_a_row = WorthARow()
            for part in seen.batches([*SIGHTED_AS, PLACE, TIME]):
                logged.add(worth_a_row.of(part))
            for part in logged.batches([*SIGHTED_AS, TIME]):
                yield from self._x509_rows(part)

    def close(self) -> None:
        """Forget all rows."""
        self._chains.close()
        self._details.close()
        self._identity.close()

    def _sightings(self) -> Iterator[pl.DataFrame]:
        rows = self._identity.rows()
        place = 0
        for chains in self._chains.batches(["time_ns", "certificates", "of_client"]):
            found = sightings(chains, rows, place)
            place += found.height
            yield found

    def _x509_rows(self, logged: pl.DataFrame) -> Iterator[pl.DataFrame]:
        begin = 0
        for details in self._details.batches(logged[CERTIFICATE].to_numpy()):
            part = logged.slice(begin, details.height)
            begin += details.height
            yield details.with_columns(
                ts=pl.Series(part[TIME].to_numpy() / _NANOSECONDS),
                host_cert=part[OF_HOST],
                client_cert=part[OF_CLIENT],
            ).select(list(X509))
