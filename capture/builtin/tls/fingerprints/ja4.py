"""JA4, a readable fingerprint of TLS clients (FoxIO, "JA4: TLS Client Fingerprinting")."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from capture.builtin.tls.fingerprints.client_offer import ClientOffer
from capture.builtin.tls.hello import APPLICATION_PROTOCOLS, SERVER_NAME
from capture.builtin.tls.parameter_names import (
    DTLS_1_0,
    DTLS_1_2,
    DTLS_1_3,
    SSL_2,
    SSL_3,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
)

_VERSIONS: Final[dict[int, str]] = {
    SSL_2: "s2",
    SSL_3: "s3",
    TLS_1_0: "10",
    TLS_1_1: "11",
    TLS_1_2: "12",
    TLS_1_3: "13",
    DTLS_1_0: "d1",
    DTLS_1_2: "d2",
    DTLS_1_3: "d3",
}
_DTLS: Final = frozenset((DTLS_1_0, DTLS_1_2, DTLS_1_3))
_UNKNOWN: Final = "00"
_NO_HASH: Final = "000000000000"
_LARGEST_COUNT: Final = 99
# Name and protocol of the server differ from one connection of a client to the next.
_NOT_HASHED: Final = frozenset((SERVER_NAME, APPLICATION_PROTOCOLS))


def ja4(offer: ClientOffer, *, over_udp: bool = False) -> str:
    """Return the JA4 fingerprint of a client.

    Over UDP it is one of DTLS or else of QUIC, by the version of the hello.
    """
    transport = "d" if offer.hello_version in _DTLS else "q" if over_udp else "t"
    version = _VERSIONS.get(max(offer.versions, default=0), _UNKNOWN)
    destination = "d" if SERVER_NAME in offer.extensions else "i"
    counts = f"{_count(offer.ciphers)}{_count(offer.extensions)}"
    protocol = _ends_of_protocol(offer.first_protocol)
    suites = _hash_of_ciphers(offer)
    return f"{transport}{version}{destination}{counts}{protocol}_{suites}_{_hash_of_rest(offer)}"


def _count(numbers: tuple[int, ...]) -> str:
    return f"{min(len(numbers), _LARGEST_COUNT):02d}"


def _ends_of_protocol(protocol: bytes) -> str:
    """Return first and last character of an ALPN value, of its digits if it is no text."""
    if not protocol:
        return _UNKNOWN
    ends = bytes((protocol[0], protocol[-1]))
    if ends.isalnum():
        return ends.decode("ascii")
    digits = protocol.hex()
    return digits[0] + digits[-1]


def _hash_of_ciphers(offer: ClientOffer) -> str:
    if not offer.ciphers:
        return _NO_HASH
    return _truncated_sha256(_hexadecimal(sorted(offer.ciphers)))


def _hash_of_rest(offer: ClientOffer) -> str:
    """Return the hash of the sorted extensions and of the signature algorithms as offered."""
    extensions = sorted(number for number in offer.extensions if number not in _NOT_HASHED)
    if not extensions:
        return _NO_HASH
    text = _hexadecimal(extensions)
    if offer.signature_algorithms:
        text += "_" + _hexadecimal(offer.signature_algorithms)
    return _truncated_sha256(text)


def _hexadecimal(numbers: Iterable[int]) -> str:
    return ",".join(f"{number:04x}" for number in numbers)


def _truncated_sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()[: len(_NO_HASH)]
