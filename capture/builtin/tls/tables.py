"""The ssl and x509 tables of what was found in a capture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.tls.connection import SeenChain, TlsConnection
from capture.builtin.tls.fingerprints.columns import FINGERPRINT_COLUMNS, fingerprint_columns
from capture.builtin.tls.fingerprints.list_column import column
from capture.builtin.x509.certificate import Certificate
from capture.schema import SSL, X509, Schema

_RELOG_AFTER_NS: Final = 86_400 * 10**9
_SSL_OF_ZEEK: Final = {name: kind for name, kind in SSL.items() if name not in FINGERPRINT_COLUMNS}


def ssl_and_x509_tables(
    found: Sequence[tuple[Connection, TlsConnection]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables with the columns of ``capture.schema``, sorted by time.

    A certificate gives one row a day for each part it plays: as the first of a chain or a further
    one, of a server or of a client.
    """
    ordered = sorted(found, key=lambda pair: pair[1].time_ns)
    ssl = _table([_ssl_row(connection, tls) for connection, tls in ordered], _SSL_OF_ZEEK)
    ssl = ssl.with_columns(fingerprint_columns(ordered))
    x509 = _table([_x509_row(sighting) for sighting in _sightings_to_log(ordered)], X509)
    return ssl, x509


def _table(rows: list[tuple[Any, ...]], schema: Schema) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pl.DataFrame(
        [
            column(name, values, kind)
            for (name, kind), values in zip(schema.items(), columns, strict=True)
        ]
    )


def _fingerprints(chains: Iterable[SeenChain]) -> tuple[str, ...]:
    return tuple(
        [certificate.fingerprint for chain in chains for certificate in chain.certificates]
    )


def _ssl_row(connection: Connection, tls: TlsConnection) -> tuple[Any, ...]:
    has_chain = bool(tls.server_chains or tls.client_chains)
    return (
        tls.time_ns / 1e9,
        *connection,
        tls.version,
        tls.cipher,
        tls.curve,
        tls.server_name,
        tls.resumed,
        tls.last_alert,
        tls.next_protocol,
        tls.established,
        tls.history,
        _fingerprints(tls.server_chains) if has_chain else None,
        _fingerprints(tls.client_chains) if has_chain else None,
    )


class _Sighting(NamedTuple):
    """A certificate in a part that it plays."""

    time_ns: int
    certificate: Certificate
    leaf: bool
    of_client: bool


def _sightings(tls: TlsConnection) -> Iterable[_Sighting]:
    for chains, of_client in ((tls.server_chains, False), (tls.client_chains, True)):
        for chain in chains:
            for position, certificate in enumerate(chain.certificates):
                yield _Sighting(chain.time_ns, certificate, position == 0, of_client)


def _sightings_to_log(ordered: Sequence[tuple[Connection, TlsConnection]]) -> list[_Sighting]:
    """Return the sightings in time order, without repetitions within a day."""
    last_logged: dict[tuple[str, bool, bool], int] = {}
    to_log = []
    every = [sighting for _, tls in ordered for sighting in _sightings(tls)]
    for sighting in sorted(every, key=lambda sighting: sighting.time_ns):
        part = (sighting.certificate.fingerprint, sighting.leaf, sighting.of_client)
        logged_ns = last_logged.get(part)
        if logged_ns is None or sighting.time_ns - logged_ns >= _RELOG_AFTER_NS:
            last_logged[part] = sighting.time_ns
            to_log.append(sighting)
    return to_log


def _x509_row(sighting: _Sighting) -> tuple[Any, ...]:
    certificate = sighting.certificate
    key = certificate.key
    names = certificate.extensions.names
    constraints = certificate.extensions.constraints
    return (
        sighting.time_ns / 1e9,
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
        sighting.leaf,
        sighting.of_client,
        certificate.fingerprint_sha1,
    )
