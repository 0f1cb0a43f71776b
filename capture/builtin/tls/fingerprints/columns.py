"""The columns of the ssl table that say what the hellos of a connection look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3, ja3s
from capture.builtin.tls.fingerprints.ja4 import ja4
from capture.builtin.tls.fingerprints.list_column import list_column
from capture.schema import SSL

FINGERPRINT_COLUMNS: Final = (
    "ja3",
    "ja3s",
    "ja4",
    "client_versions",
    "client_ciphers",
    "client_extensions",
    "client_groups",
    "client_signature_algorithms",
    "client_alpn",
    "client_grease",
    "client_ech",
)


def fingerprint_columns(found: Sequence[tuple[Connection, TlsConnection]]) -> list[pl.Series]:
    """Return ``FINGERPRINT_COLUMNS``, one row a connection; null where a hello was not seen."""
    rows = [_row(tls, over_udp=connection.protocol == "udp") for connection, tls in found]
    columns = zip(*rows, strict=True) if rows else ((),) * len(FINGERPRINT_COLUMNS)
    return [
        _column(name, values) for name, values in zip(FINGERPRINT_COLUMNS, columns, strict=True)
    ]


def _column(name: str, values: tuple[Any, ...]) -> pl.Series:
    kind = SSL[name]
    if isinstance(kind, pl.List):
        return list_column(name, values, kind)
    return pl.Series(name, values, dtype=kind)


def _row(tls: TlsConnection, *, over_udp: bool) -> tuple[Any, ...]:
    server = None if tls.server_hello is None else ja3s(tls.server_hello)
    if tls.client_hello is None:
        return (None, server, *[None] * (len(FINGERPRINT_COLUMNS) - 2))
    offer = client_offer(tls.client_hello)
    return (
        ja3(offer),
        server,
        ja4(offer, over_udp=over_udp),
        offer.versions,
        offer.ciphers,
        offer.extensions,
        offer.groups,
        offer.signature_algorithms,
        offer.application_protocols,
        offer.grease,
        offer.encrypted_hello,
    )
