"""The columns of the ssl table that say what the hellos of a connection look like."""

from __future__ import annotations

from typing import Any, Final

from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3, ja3s
from capture.builtin.tls.fingerprints.ja4 import ja4

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


def fingerprint_values(tls: TlsConnection, *, over_udp: bool) -> tuple[Any, ...]:
    """Return the values of ``FINGERPRINT_COLUMNS``; None where the hello was not seen."""
    server = None if tls.server_hello is None else ja3s(tls.server_hello)
    if tls.client_hello is None:
        return (None, server, *[None] * (len(FINGERPRINT_COLUMNS) - 2))
    offer = client_offer(tls.client_hello)
    lists = (
        offer.versions,
        offer.ciphers,
        offer.extensions,
        offer.groups,
        offer.signature_algorithms,
        offer.application_protocols,
    )
    return (
        ja3(offer),
        server,
        ja4(offer, over_udp=over_udp),
        *map(list, lists),
        offer.grease,
        offer.encrypted_hello,
    )
