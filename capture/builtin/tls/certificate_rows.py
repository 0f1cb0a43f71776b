"""Which certificates were shown when: chains, and the certificates that they name by numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import polars as pl

from capture.builtin.parsed_once import Remembered
from capture.builtin.part import WHOLE, Part
from capture.builtin.tls.connection import TlsConnection, TlsRows
from capture.builtin.tls.fingerprints.list_column import column
from capture.builtin.x509.certificate import Certificate
from capture.schema import X509, Schema

CHAINS: Final = "chains"
"""One row a chain, to be sorted by ``ORDER_OF_CHAINS``."""

CERTIFICATES: Final = "certificates"
"""One row a certificate: its NUMBER, and what the x509 table says of it."""

NUMBER: Final = "number"
KNOWN_BYTES: Final = 1 << 26
"""What the numbers of certificates may take in memory."""

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
ORDER_OF_CHAINS: Final = [name for name in _CHAINS if name != "certificates"]
"""By time; where that is equal, in the order of the ssl table."""

_OF_SIGHTING: Final = ("ts", "host_cert", "client_cert")
_CERTIFICATES: Final[Schema] = {
    NUMBER: pl.Int64(),
    **{name: kind for name, kind in X509.items() if name not in _OF_SIGHTING},
}


class CertificateRows:
    """Takes connections with the chains they show; delivers the chains, and their certificates.

    The rows are those of the tables CHAINS and CERTIFICATES. Certificates are numbered so that
    those of different parts differ. Numbers that would take more than about ``known_bytes`` are
    forgotten: a certificate that is shown again then gets another one, and another row.
    """

    def __init__(
        self,
        deliver: Callable[[str, pl.DataFrame], None],
        part: Part = WHOLE,
        known_bytes: int = KNOWN_BYTES,
    ) -> None:
        self._deliver = deliver
        self._next_number = part.number
        self._step = part.count
        self._numbers = Remembered[str, int](known_bytes)  # by fingerprint

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
        known = self._numbers.get(certificate.fingerprint)
        if known is None:
            known = self._next_number
            self._next_number += self._step
            self._numbers.keep(certificate.fingerprint, known, 0)
            new.append((known, *_details(certificate)))
        return known


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
