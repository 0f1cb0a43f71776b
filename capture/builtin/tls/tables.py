"""TLS connections to rows of the ssl table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import numpy as np
import polars as pl

from capture.builtin.connection import Connection, ConnectionColumns
from capture.builtin.tls.certificate_rows import CertificateRows
from capture.builtin.tls.connection import SeenChain, TlsConnection, TlsRows, no_rows
from capture.builtin.tls.fingerprints.columns import fingerprint_columns
from capture.builtin.tls.fingerprints.list_column import column
from capture.builtin.tls.handshakes_at_once import Handshakes
from capture.schema import SSL

_OF_CONNECTION: Final = ("uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto")
_OF_TLS: Final = {
    "version": "version",
    "cipher": "cipher",
    "curve": "curve",
    "resumed": "resumed",
    "last_alert": "last_alert",
    "next_protocol": "next_protocol",
    "established": "established",
    "ssl_history": "history",
}

SORT_BY: Final = ("time_ns", *_OF_CONNECTION[1:], "uid")
"""By time and connection; the uid, which is a hash, counts last."""

_NANOSECONDS: Final = 1e9
_BYTES_A_ROW: Final = 1 << 9  # roughly
_BYTES_A_CONNECTION: Final = 1 << 12  # what the objects take that no other row shares


class TlsLog:
    """Takes TLS connections; delivers rows of the ssl table and their certificates in chunks."""

    def __init__(
        self,
        deliver: Callable[[pl.DataFrame], None],
        certificates: CertificateRows,
        bytes_in_memory: int,
    ) -> None:
        self._limit = bytes_in_memory
        self._bytes = 0
        self._rows = no_rows()
        self._deliver = deliver
        self._certificates = certificates

    def add(self, connection: Connection, found: TlsConnection) -> None:
        """Take what was found in a connection."""
        self._rows.connections.append(connection)
        self._rows.time_ns.append(found.time_ns)
        self._rows.server_name.append(found.server_name)
        self._rows.chain_times.append(tuple([chain.time_ns for chain in found.chains]))
        self._rows.found.append(found)
        self._count(_memory_of(found))

    def add_handshakes(self, connections: ConnectionColumns, handshakes: Handshakes) -> None:
        """Take handshakes of these connections, one of each."""
        self._rows.connections.extend(connections)
        self._rows.time_ns.extend(handshakes.time_ns)
        self._rows.server_name.extend(handshakes.server_name)
        self._rows.chain_times.extend(handshakes.chain_times)
        self._rows.found.extend(handshakes.found)
        distinct = dict(zip(map(id, handshakes.found), handshakes.found, strict=True)).values()
        self._count(len(handshakes.found) * _BYTES_A_ROW + sum(map(_memory_of, distinct)))

    def finish(self) -> None:
        """Deliver what still waits."""
        self._end_chunk()

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._limit:
            self._end_chunk()

    def _end_chunk(self) -> None:
        if self._rows.found:
            self._certificates.add(self._rows)
            self._deliver(_ssl_table(self._rows))
            self._rows = no_rows()
            self._bytes = 0


def _memory_of(found: TlsConnection) -> int:
    return _BYTES_A_CONNECTION + found.size + len(found.server_name or "")


def _ssl_table(rows: TlsRows) -> pl.DataFrame:
    """Return the rows; what many have in common is put together once for all of them."""
    protocols = rows.connections.protocol
    distinct = dict(zip(map(id, rows.found), zip(rows.found, protocols, strict=True), strict=True))
    numbers = {key: number for number, key in enumerate(distinct)}
    shared = _shared_columns(*zip(*distinct.values(), strict=True))
    of_row = pl.Series([numbers[id(found)] for found in rows.found], dtype=pl.UInt32)
    own: dict[str, Sequence[Any]] = dict(zip(_OF_CONNECTION, rows.connections, strict=True))
    own |= {"server_name": rows.server_name}
    return shared.select(pl.all().gather(of_row)).with_columns(
        *[column(name, values, SSL[name]) for name, values in own.items()],
        pl.Series("time_ns", rows.time_ns),
        pl.Series("ts", np.array(rows.time_ns) / _NANOSECONDS),
    )


def _shared_columns(found: Sequence[TlsConnection], protocols: Sequence[str]) -> pl.DataFrame:
    columns = {name: list(map(attrgetter(field), found)) for name, field in _OF_TLS.items()}
    chains = [_fingerprints_of_both(tls) for tls in found]
    columns["cert_chain_fps"] = [server for server, _ in chains]
    columns["client_cert_chain_fps"] = [client for _, client in chains]
    over_udp = [protocol == "udp" for protocol in protocols]
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
