"""The columns of the ssl table that say what the hellos of a connection look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl

from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.fingerprints.client_offer import ClientOffer
from capture.builtin.tls.fingerprints.ja3 import ja3
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


def fingerprint_columns(
    found: Sequence[TlsConnection], over_udp: Sequence[bool]
) -> list[pl.Series]:
    """Return ``FINGERPRINT_COLUMNS``, one row a connection; null where a hello was not seen."""
    clients = [(tls.client_offer, udp) for tls, udp in zip(found, over_udp, strict=True)]
    numbers: dict[tuple[ClientOffer | None, bool], int] = {}
    rows = [numbers.setdefault(client, len(numbers)) for client in clients]
    distinct = [_values_of_offer(*client) for client in numbers]
    columns = {
        name: column(name, values, SSL[name]).gather(rows)
        for name, values in zip(_OF_CLIENT, _transposed(distinct), strict=True)
    }
    columns["ja3s"] = column("ja3s", [tls.ja3s for tls in found], SSL["ja3s"])
    return [columns[name] for name in FINGERPRINT_COLUMNS]


def _transposed(rows: Sequence[_ClientValues]) -> Iterable[tuple[Any, ...]]:
    return zip(*rows, strict=True) if rows else ((),) * len(_OF_CLIENT)


def _values_of_offer(offer: ClientOffer | None, over_udp: bool) -> _ClientValues:
    if offer is None:
        return (None,) * len(_OF_CLIENT)
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
