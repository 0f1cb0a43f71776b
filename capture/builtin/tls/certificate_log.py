"""Which certificates were shown when, and in the end the x509 table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from capture.builtin.part import WHOLE, Part
from capture.builtin.spool.numbered_table import NumberedTable
from capture.builtin.spool.sorted_table import SortedTable
from capture.builtin.tls.connection import TlsConnection, TlsRows
from capture.builtin.tls.fingerprints.list_column import column
from capture.builtin.x509.certificate import Certificate
from capture.schema import X509, Schema

CHAINS: Final = "chains"
CERTIFICATES: Final = "certificates"
_RELOG_AFTER_NS: Final = 86_400 * 10**9
# One row a chain, in the order of their times; where these are equal, in that of the ssl table.
_CHAINS: Final[Schema] = {
    "time_ns": pl.Int64(),
    "time_ns of the connection": pl.Int64(),
    "id.orig_h": pl.String(),
    "id.orig_p": pl.Int64(),
    "id.resp_h": pl.String(),
    "id.resp_p": pl.Int64(),
    "proto": pl.String(),
    "uid": pl.String(),
    "of_client": pl.Boolean(),
    "certificates": pl.List(pl.Int64()),  # their numbers
}
_OF_SIGHTING: Final = ("ts", "host_cert", "client_cert")
_NUMBER: Final = "number"
_CERTIFICATES: Final[Schema] = {
    _NUMBER: pl.Int64(),
    **{name: kind for name, kind in X509.items() if name not in _OF_SIGHTING},
}

_Sighting = tuple[int, int, bool, bool]  # time_ns, row of details, of the host itself, of a client


class CertificateRows:
    """Takes connections with the chains they show; delivers the chains, and each certificate once.

    The rows are those of the tables CHAINS and CERTIFICATES. Certificates are numbered so that
    those of different parts differ.
    """

    def __init__(self, deliver: Callable[[str, pl.DataFrame], None], part: Part = WHOLE) -> None:
        self._deliver = deliver
        self._part = part
        self._numbers: dict[str, int] = {}  # by fingerprint

    def add(self, rows: TlsRows) -> None:
        """Take what was found in some connections."""
        shown: dict[int, list[tuple[bool, tuple[int, ...]]]] = {}  # by what was found
        chains: list[tuple[Any, ...]] = []
        new: list[tuple[Any, ...]] = []
        for row, times in enumerate(rows.chain_times):
            if not times:
                continue
            found = rows.found[row]
            if id(found) not in shown:
                shown[id(found)] = self._numbered(found, new)
            uid, *connection = [column[row] for column in rows.connections]
            identity = (rows.time_ns[row], *connection, uid)
            chains += [
                (time_ns, *identity, *chain)
                for time_ns, chain in zip(times, shown[id(found)], strict=True)
            ]
        if new:
            self._deliver(CERTIFICATES, _table(new, _CERTIFICATES))
        if chains:
            self._deliver(CHAINS, _table(chains, _CHAINS))

    def _numbered(
        self, found: TlsConnection, new: list[tuple[Any, ...]]
    ) -> list[tuple[bool, tuple[int, ...]]]:
        """Return of each chain whether a client showed it, and the certificates' numbers."""
        return [
            (bool(of_client), tuple([self._number(each, new) for each in chain.certificates]))
            for of_client, seen in enumerate((found.server_chains, found.client_chains))
            for chain in seen
        ]

    def _number(self, certificate: Certificate, new: list[tuple[Any, ...]]) -> int:
        """Return a certificate's number; one that has none gets it, and its row is added."""
        numbers = self._numbers
        known = numbers.get(certificate.fingerprint)
        if known is None:
            known = self._part.number + self._part.count * len(numbers)
            numbers[certificate.fingerprint] = known
            new.append((known, *_details(certificate)))
        return known


class CertificateLog:
    """Takes the rows of ``CertificateRows``, of all parts, and gives the x509 table.

    It is sorted by time. A certificate gives one row a day for each part it plays: as the first of
    a chain or a further one, of a server or of a client.
    """

    def __init__(self, bytes_in_memory: int) -> None:
        sort_by = [name for name in _CHAINS if name != "certificates"]
        self._chains = SortedTable(sort_by, bytes_in_memory)
        self._details = NumberedTable(bytes_in_memory)
        self._rows: dict[str, int] = {}  # of the details, by fingerprint
        self._row_of: dict[int, int] = {}  # the same by the number of a certificate

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Take rows of the table CHAINS or CERTIFICATES."""
        if name == CHAINS:
            self._chains.add(rows)
            return
        new = [self._is_new(*row) for row in rows.select(_NUMBER, "fingerprint").iter_rows()]
        self._details.add(rows.filter(pl.Series(new)).drop(_NUMBER))

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in parts; none where there are no rows."""
        sightings = _Sightings(self._row_of)
        for chains in self._chains.batches(["time_ns", "certificates", "of_client"]):
            rows = [sighting for chain in chains.iter_rows() for sighting in sightings.of(*chain)]
            if rows:
                yield self._x509_rows(rows)

    def close(self) -> None:
        """Forget all rows."""
        self._chains.close()
        self._details.close()

    def _is_new(self, number: int, fingerprint: str) -> bool:
        """Note where a certificate's details are; return whether no part delivered them before."""
        known = len(self._rows)
        self._row_of[number] = self._rows.setdefault(fingerprint, known)
        return len(self._rows) > known

    def _x509_rows(self, rows: list[_Sighting]) -> pl.DataFrame:
        times, numbers, of_host, of_client = map(np.array, zip(*rows, strict=True))
        return (
            self._details.rows(numbers)
            .with_columns(
                ts=pl.Series(times / 1e9),
                host_cert=pl.Series(of_host),
                client_cert=pl.Series(of_client),
            )
            .select(list(X509))
        )


class _Sightings:
    """Asked for chains in time order, tells which sightings of certificates are worth a row.

    ``row_of`` gives the row of the details by the number of a certificate, of which it may have
    several.
    """

    def __init__(self, row_of: Mapping[int, int]) -> None:
        self._row_of = row_of
        self._logged: dict[tuple[int, bool, bool], int] = {}
        self._nothing_new_until: dict[tuple[tuple[int, ...], bool], int] = {}

    def of(self, time_ns: int, certificates: list[int], of_client: bool) -> list[_Sighting]:
        """Return what a chain adds: nothing if its certificates all have a row of that day."""
        chain = tuple(certificates), of_client
        if not certificates or time_ns < self._nothing_new_until.get(chain, time_ns):
            return []
        parts = [
            (self._row_of[certificate], position == 0, of_client)
            for position, certificate in enumerate(certificates)
        ]
        new = [part for part in dict.fromkeys(parts) if self._is_due(part, time_ns)]
        self._logged |= dict.fromkeys(new, time_ns)
        oldest = min(self._logged[part] for part in parts)
        self._nothing_new_until[chain] = oldest + _RELOG_AFTER_NS
        return [(time_ns, *part) for part in new]

    def _is_due(self, part: tuple[int, bool, bool], time_ns: int) -> bool:
        logged_ns = self._logged.get(part)
        return logged_ns is None or time_ns - logged_ns >= _RELOG_AFTER_NS


def _table(rows: Iterable[tuple[Any, ...]], schema: Schema) -> pl.DataFrame:
    columns = zip(schema, zip(*rows, strict=True), strict=True)
    return pl.DataFrame([column(name, values, schema[name]) for name, values in columns])


def _details(certificate: Certificate) -> tuple[Any, ...]:
    key = certificate.key
    names = certificate.extensions.names
    constraints = certificate.extensions.constraints
    return (
        certificate.fingerprint,
        certificate.version,
        certificate.serial,
        certificate.subject,
        certificate.issuer,
        certificate.not_valid_before,
        certificate.not_valid_after,
        key.algorithm,
        certificate.signature_algorithm,
        key.type,
        key.length,
        key.exponent,
        key.curve,
        names.dns,
        names.uri,
        names.email,
        names.ip,
        constraints.ca,
        constraints.path_length,
        certificate.fingerprint_sha1,
    )
