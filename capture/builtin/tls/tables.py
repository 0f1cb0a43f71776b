"""The ssl and x509 tables of what was found in a capture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.tls.connection import SeenChain, TlsConnection
from capture.builtin.tls.fingerprints.columns import fingerprint_columns
from capture.builtin.tls.fingerprints.list_column import column
from capture.builtin.x509.certificate import Certificate
from capture.schema import SSL, X509, Schema

_RELOG_AFTER_NS: Final = 86_400 * 10**9
_OF_CONNECTION: Final = ("uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto")
_OF_TLS: Final = {
    "version": "version",
    "cipher": "cipher",
    "curve": "curve",
    "server_name": "server_name",
    "resumed": "resumed",
    "last_alert": "last_alert",
    "next_protocol": "next_protocol",
    "established": "established",
    "ssl_history": "history",
}


def ssl_and_x509_tables(
    found: Sequence[tuple[Connection, TlsConnection]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables with the columns of ``capture.schema``, sorted by time and connection.

    A certificate gives one row a day for each part it plays: as the first of a chain or a further
    one, of a server or of a client.
    """
    ordered = sorted(found, key=_time_and_connection)
    ssl = _ssl_table([pair[0] for pair in ordered], [pair[1] for pair in ordered])
    rows = [_x509_row(sighting) for sighting in _sightings_to_log(ordered)]
    columns = zip(*rows, strict=True) if rows else ((),) * len(X509)
    x509 = _table(dict(zip(X509, columns, strict=True)), X509)
    return ssl, x509


def _time_and_connection(
    pair: tuple[Connection, TlsConnection],
) -> tuple[int, tuple[str | int, ...], str]:
    """Return by what rows are sorted; the uid, which is a hash, counts last."""
    connection, tls = pair
    return tls.time_ns, connection[1:], connection.uid


def _table(columns: Mapping[str, Sequence[Any]], schema: Schema) -> pl.DataFrame:
    return pl.DataFrame([column(name, values, schema[name]) for name, values in columns.items()])


def _ssl_table(connections: list[Connection], found: list[TlsConnection]) -> pl.DataFrame:
    columns: dict[str, Sequence[Any]] = {"ts": [tls.time_ns / 1e9 for tls in found]}
    ends = zip(*connections, strict=True) if connections else ((),) * len(_OF_CONNECTION)
    columns |= zip(_OF_CONNECTION, ends, strict=True)
    columns |= {name: list(map(attrgetter(field), found)) for name, field in _OF_TLS.items()}
    chains = [_fingerprints_of_both(tls) for tls in found]
    columns["cert_chain_fps"] = [server for server, _ in chains]
    columns["client_cert_chain_fps"] = [client for _, client in chains]
    over_udp = [connection.protocol == "udp" for connection in connections]
    return _table(columns, SSL).with_columns(fingerprint_columns(found, over_udp))


def _fingerprints_of_both(
    tls: TlsConnection,
) -> tuple[tuple[str, ...], tuple[str, ...]] | tuple[None, None]:
    """Return the fingerprints that server and client showed, None when neither did."""
    if not tls.server_chains and not tls.client_chains:
        return None, None
    return _fingerprints(tls.server_chains), _fingerprints(tls.client_chains)


def _fingerprints(chains: Iterable[SeenChain]) -> tuple[str, ...]:
    return tuple(
        [certificate.fingerprint for chain in chains for certificate in chain.certificates]
    )


class _Sighting(NamedTuple):
    """A certificate in a part that it plays."""

    time_ns: int
    certificate: Certificate
    leaf: bool
    of_client: bool


def _sightings_to_log(ordered: Iterable[tuple[Connection, TlsConnection]]) -> list[_Sighting]:
    """Return the sightings in time order, without repetitions within a day."""
    chains = [
        (chain, of_client)
        for _, tls in ordered
        for of_client, seen in enumerate((tls.server_chains, tls.client_chains))
        for chain in seen
    ]
    log = _SightingLog()
    for chain, of_client in sorted(chains, key=lambda pair: pair[0].time_ns):
        log.add(chain, bool(of_client))
    return log.rows


class _SightingLog:
    """Takes chains in time order; ``rows`` are the sightings that are worth one."""

    def __init__(self) -> None:
        self.rows: list[_Sighting] = []
        self._logged: dict[tuple[str, bool, bool], int] = {}
        self._nothing_new_until: dict[tuple[int, bool], int] = {}

    def add(self, chain: SeenChain, of_client: bool) -> None:
        """Take a chain; one whose certificates all have a row of that day is passed over."""
        # Connections that show the same chain share the tuple, and keep it alive.
        place = id(chain.certificates), of_client
        if chain.time_ns < self._nothing_new_until.get(place, chain.time_ns):
            return
        for position, certificate in enumerate(chain.certificates):
            sighting = _Sighting(chain.time_ns, certificate, position == 0, of_client)
            self._add_sighting(sighting)
        oldest = min(
            self._logged[certificate.fingerprint, position == 0, of_client]
            for position, certificate in enumerate(chain.certificates)
        )
        self._nothing_new_until[place] = oldest + _RELOG_AFTER_NS

    def _add_sighting(self, sighting: _Sighting) -> None:
        time_ns, certificate, leaf, of_client = sighting
        part = (certificate.fingerprint, leaf, of_client)
        logged_ns = self._logged.get(part)
        if logged_ns is None or time_ns - logged_ns >= _RELOG_AFTER_NS:
            self._logged[part] = time_ns
            self.rows.append(sighting)


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
