"""TLS connections to rows of the ssl table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.tls.certificate_log import CertificateRows
from capture.builtin.tls.connection import SeenChain, TlsConnection
from capture.builtin.tls.fingerprints.columns import fingerprint_columns
from capture.builtin.tls.fingerprints.list_column import column
from capture.schema import SSL

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

SORT_BY: Final = ("time_ns", *_OF_CONNECTION[1:], "uid")
"""By time and connection; the uid, which is a hash, counts last."""

_BYTES_A_CONNECTION: Final = 1 << 12  # what the objects take, roughly


class TlsLog:
    """Takes TLS connections; delivers rows of the ssl table and their certificates in chunks."""

    def __init__(
        self,
        deliver: Callable[[pl.DataFrame], None],
        certificates: CertificateRows,
        bytes_in_memory: int,
    ) -> None:
        self._connections_a_chunk = bytes_in_memory // _BYTES_A_CONNECTION
        self._chunk: list[tuple[Connection, TlsConnection]] = []
        self._deliver = deliver
        self._certificates = certificates

    def add(self, connection: Connection, found: TlsConnection) -> None:
        """Take what was found in a connection."""
        self._chunk.append((connection, found))
        if len(self._chunk) > self._connections_a_chunk:
            self._end_chunk()

    def finish(self) -> None:
        """Deliver what still waits."""
        self._end_chunk()

    def _end_chunk(self) -> None:
        if self._chunk:
            self._certificates.add(self._chunk)
            connections, found = zip(*self._chunk, strict=True)
            times = pl.Series("time_ns", [tls.time_ns for tls in found])
            self._deliver(_ssl_table(connections, found).with_columns(times))
            self._chunk.clear()


def _ssl_table(connections: Sequence[Connection], found: Sequence[TlsConnection]) -> pl.DataFrame:
    columns: dict[str, Sequence[Any]] = {"ts": [tls.time_ns / 1e9 for tls in found]}
    columns |= zip(_OF_CONNECTION, zip(*connections, strict=True), strict=True)
    columns |= {name: list(map(attrgetter(field), found)) for name, field in _OF_TLS.items()}
    chains = [_fingerprints_of_both(tls) for tls in found]
    columns["cert_chain_fps"] = [server for server, _ in chains]
    columns["client_cert_chain_fps"] = [client for _, client in chains]
    over_udp = [connection.protocol == "udp" for connection in connections]
    table = [column(name, values, SSL[name]) for name, values in columns.items()]
    return pl.DataFrame(table).with_columns(fingerprint_columns(found, over_udp))


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
