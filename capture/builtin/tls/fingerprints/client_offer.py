"""What a ClientHello offers, as lists of the numbers of the IANA registries."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Final, NamedTuple

from capture.builtin.tls.fingerprints.grease import GREASE, without_grease
from capture.builtin.tls.hello import (
    APPLICATION_PROTOCOLS,
    POINT_FORMATS,
    SIGNATURE_ALGORITHMS,
    SUPPORTED_GROUPS,
    SUPPORTED_VERSIONS,
    ClientHello,
    application_protocols,
)

_ENCRYPTED_HELLO: Final = frozenset((0xFFCE, *range(0xFE08, 0xFE0E)))
"""encrypted_server_name and encrypted_client_hello, with the numbers that drafts gave them."""


MOST_NUMBERS: Final = 512
"""No client offers a list as long; what follows in one that is longer is left out."""


class ClientOffer(NamedTuple):
    """Numbers are in the order sent, without GREASE; empty where the client offered none.

    ``hello_version`` is the version in the hello itself; ``versions`` are those of the extension
    supported_versions, else that one. ``first_protocol`` is the first ALPN value as sent.
    ``grease`` says whether there was any, ``encrypted_hello`` whether the client offered an
    encrypted hello or server name, in earnest or not.
    """

    hello_version: int
    versions: tuple[int, ...]
    ciphers: tuple[int, ...]
    extensions: tuple[int, ...]
    groups: tuple[int, ...]
    point_formats: tuple[int, ...]
    signature_algorithms: tuple[int, ...]
    application_protocols: tuple[str, ...]
    first_protocol: bytes
    grease: bool
    encrypted_hello: bool


def client_offer(hello: ClientHello) -> ClientOffer:
    """Return what the client offers."""
    numbers, contents, _ = hello.extensions
    return _offer(
        hello.version,
        hello.cipher_suites,
        hello.cipher_suite_size,
        numbers[:MOST_NUMBERS],
        contents.get(SUPPORTED_VERSIONS),
        contents.get(SUPPORTED_GROUPS, b""),
        contents.get(POINT_FORMATS, b""),
        contents.get(SIGNATURE_ALGORITHMS, b""),
        contents.get(APPLICATION_PROTOCOLS, b""),
    )


# The arguments are the bytes that do not change from one connection of a client to the next.
@lru_cache(maxsize=1024)
def _offer(
    hello_version: int,
    cipher_suites: bytes,
    cipher_suite_size: int,
    extensions: tuple[int, ...],
    supported_versions: bytes | None,
    supported_groups: bytes,
    point_formats: bytes,
    signature_algorithms: bytes,
    protocols: bytes,
) -> ClientOffer:
    versions = (hello_version,) if supported_versions is None else _numbers(supported_versions[1:])
    ciphers = _numbers(cipher_suites, cipher_suite_size)
    groups = _numbers(supported_groups[2:])
    algorithms = _numbers(signature_algorithms[2:])
    every = (*versions, *ciphers, *extensions, *groups, *algorithms)
    return ClientOffer(
        hello_version=hello_version,
        versions=without_grease(versions),
        ciphers=without_grease(ciphers),
        extensions=without_grease(extensions),
        groups=without_grease(groups),
        point_formats=tuple(point_formats[1:]),
        signature_algorithms=without_grease(algorithms),
        application_protocols=application_protocols(protocols),
        first_protocol=protocols[3 : 3 + protocols[2]] if len(protocols) > 2 else b"",
        grease=not GREASE.isdisjoint(every),
        encrypted_hello=not _ENCRYPTED_HELLO.isdisjoint(extensions),
    )


def _numbers(octets: bytes, size: int = 2) -> tuple[int, ...]:
    """Return big-endian numbers of ``size`` bytes; what is left over at the end is left out."""
    octets = octets[: size * MOST_NUMBERS]
    if size == 2:
        return struct.unpack_from(f">{len(octets) // 2}H", octets)
    return tuple(
        int.from_bytes(octets[offset : offset + size], "big")
        for offset in range(0, len(octets) - size + 1, size)
    )
