"""Which certificates were shown when, and in the end the x509 table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from capture.builtin.spool.numbered_table import NumberedTable
from capture.builtin.spool.sorted_table import SortedTable
from capture.builtin.tls.connection import TlsConnection, TlsRows
from capture.builtin.tls.fingerprints.list_column import column
from capture.builtin.x509.certificate import Certificate
from capture.schema import X509, Schema

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
_DETAILS: Final[Schema] = {name: kind for name, kind in X509.items() if name not in _OF_SIGHTING}

_Sighting = tuple[int, int, bool, bool]  # time_ns, certificate, of the host itself, of a client


class CertificateLog:
    """Takes connections with the chains they show and gives the x509 table, sorted by time.

    A certificate gives one row a day for each part it plays: as the first of a chain or a further
    one, of a server or of a client.
    """

    def __init__(self, bytes_in_memory: int) -> None:
        sort_by = [name for name in _CHAINS if name != "certificates"]
        self._chains = SortedTable(sort_by, bytes_in_memory)
        self._details = NumberedTable(bytes_in_memory)
        self._numbers: dict[str, int] = {}  # by fingerprint

    def add(self, rows: TlsRows) -> None:
        """Take what was found in some connections."""
        shown: dict[int, list[tuple[bool, tuple[int, ...]]]] = {}  # by what was found
        chains: list[tuple[Any, ...]] = []
        new: list[Certificate] = []
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
        if chains:
            self._chains.add(_table(chains, _CHAINS))
        if new:
            self._details.add(_table(map(_details, new), _DETAILS))

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in parts; none where there are no rows."""
        sightings = _Sightings()
        for chains in self._chains.batches(["time_ns", "certificates", "of_client"]):
            rows = [sighting for chain in chains.iter_rows() for sighting in sightings.of(*chain)]
            if rows:
                yield self._x509_rows(rows)

    def close(self) -> None:
        """Forget all connections."""
        self._chains.close()
        self._details.close()

    def _numbered(
        self, found: TlsConnection, new: list[Certificate]
    ) -> list[tuple[bool, tuple[int, ...]]]:
        """Return of each chain whether a client showed it, and the certificates' numbers."""
        return [
            (bool(of_client), tuple([self._number(each, new) for each in chain.certificates]))
            for of_client, seen in enumerate((found.server_chains, found.client_chains))
            for chain in seen
        ]

    def _number(self, certificate: Certificate, new: list[Certificate]) -> int:
        """Return a certificate's number; one that has none gets it, and is added to ``new``."""
        numbers = self._numbers
        known = numbers.get(certificate.fingerprint)
        if known is None:
            known = numbers[certificate.fingerprint] = len(numbers)
            new.append(certificate)
        return known

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
    """Asked for chains in time order, tells which sightings of certificates are worth a row."""

    def __init__(self) -> None:
        self._logged: dict[tuple[int, bool, bool], int] = {}
        self._nothing_new_until: dict[tuple[tuple[int, ...], bool], int] = {}

    def of(self, time_ns: int, certificates: list[int], of_client: bool) -> list[_Sighting]:
        """Return what a chain adds: nothing if its certificates all have a row of that day."""
        chain = tuple(certificates), of_client
        if not certificates or time_ns < self._nothing_new_until.get(chain, time_ns):
            return []
        parts = [
            (certificate, position == 0, of_client)
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
