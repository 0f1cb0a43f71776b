"""The columns of the ssl table that say what the hellos of a connection look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.fingerprints.client_offer import ClientOffer, client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3, ja3s
from capture.builtin.tls.fingerprints.ja4 import ja4
from capture.builtin.tls.fingerprints.list_column import column
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


_OF_CLIENT: Final = tuple(name for name in FINGERPRINT_COLUMNS if name != "ja3s")
_ClientValues = tuple[Any, ...]  # of the columns _OF_CLIENT


def fingerprint_columns(found: Sequence[tuple[Connection, TlsConnection]]) -> list[pl.Series]:
    """Return ``FINGERPRINT_COLUMNS``, one row a connection; null where a hello was not seen."""
    clients = [_client_values(tls, connection.protocol == "udp") for connection, tls in found]
    distinct = list(dict.fromkeys(clients))
    numbers = {values: number for number, values in enumerate(distinct)}
    rows = [numbers[values] for values in clients]
    columns = {
        name: column(name, values, SSL[name]).gather(rows)
        for name, values in zip(_OF_CLIENT, _transposed(distinct), strict=True)
    }
    servers = [None if tls.server_hello is None else ja3s(tls.server_hello) for _, tls in found]
    columns["ja3s"] = column("ja3s", servers, SSL["ja3s"])
    return [columns[name] for name in FINGERPRINT_COLUMNS]


def _transposed(rows: Sequence[_ClientValues]) -> Iterable[tuple[Any, ...]]:
    return zip(*rows, strict=True) if rows else ((),) * len(_OF_CLIENT)


def _client_values(tls: TlsConnection, over_udp: bool) -> _ClientValues:
    if tls.client_hello is None:
        return (None,) * len(_OF_CLIENT)
    return _values_of_offer(client_offer(tls.client_hello), over_udp)


@lru_cache(maxsize=1024)
def _values_of_offer(offer: ClientOffer, over_udp: bool) -> _ClientValues:
    return (
        ja3(offer),
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
