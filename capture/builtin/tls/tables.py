"""TLS connections as they are found, and in the end the ssl and x509 tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.spool.sorted_table import SortedTable
from capture.builtin.tls.certificate_log import CertificateLog
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


_SORT_BY: Final = ("time_ns", *_OF_CONNECTION[1:], "uid")
_BYTES_A_CONNECTION: Final = 1 << 12  # what the objects take, roughly


class TlsLog:
    """Takes TLS connections and gives the ssl and the x509 table, with the columns of the schema.

    Both are sorted by time and connection; the uid, which is a hash, counts last.
    """

    def __init__(self, bytes_in_memory: int) -> None:
        self._connections_a_chunk = bytes_in_memory // _BYTES_A_CONNECTION
        self._chunk: list[tuple[Connection, TlsConnection]] = []
        self._ssl = SortedTable(_SORT_BY, bytes_in_memory)
        self._certificates = CertificateLog(bytes_in_memory)

    def add(self, connection: Connection, found: TlsConnection) -> None:
        """Take what was found in a connection."""
        self._chunk.append((connection, found))
        if len(self._chunk) > self._connections_a_chunk:
            self._end_chunk()

    def ssl_batches(self) -> Iterator[pl.DataFrame]:
        """Yield the ssl table in parts; none where there are no rows."""
        self._end_chunk()
        return self._ssl.batches(list(SSL))

    def x509_batches(self) -> Iterator[pl.DataFrame]:
        """Yield the x509 table in parts; none where there are no rows."""
        self._end_chunk()
        return self._certificates.batches()

    def close(self) -> None:
        """Forget all connections."""
        self._ssl.close()
        self._certificates.close()

    def _end_chunk(self) -> None:
        if self._chunk:
            self._certificates.add(self._chunk)
            connections, found = zip(*self._chunk, strict=True)
            times = pl.Series("time_ns", [tls.time_ns for tls in found])
            self._ssl.add(_ssl_table(connections, found).with_columns(times))
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
