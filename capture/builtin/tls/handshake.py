"""Handshake messages: their framing, and the contents of those that are read besides the hellos."""

from __future__ import annotations

import struct
from typing import Final

from capture.builtin.tls.cipher_suites import cipher_suite_name
from capture.builtin.tls.hello import MalformedMessageError
from capture.builtin.tls.unfinished import Unfinished

CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
CERTIFICATE: Final = 11
SERVER_KEY_EXCHANGE: Final = 12
CLIENT_KEY_EXCHANGE: Final = 16

LONGEST_MESSAGE: Final = 1 << 20
"""A longer message is given up: no certificate chain needs a megabyte."""

SHORTEST_CERTIFICATE: Final = 64
"""Two dates, a key and a signature alone take more; a million shorter entries fit in a capture."""

CURVE_BYTES: Final = 4
"""So much of a ServerKeyExchange is looked at."""

_HEADER: Final = 4
_KIND_AND_LENGTH: Final = struct.Struct(">I").unpack_from  # one byte and three
_NAMED_CURVE: Final = 3
_EPHEMERAL_CURVE_SUITES: Final = ("TLS_ECDHE_", "TLS_ECDH_ANON_")


class HandshakeMessages(Unfinished):
    """Cuts handshake messages of one direction from the contents of its records.

    Nothing more is read after a message that is too long.
    """

    __slots__ = ()

    @property
    def broken(self) -> bool:
        """Whether a message came that is too long to be one."""
        return self.needed > LONGEST_MESSAGE

    def cut(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the messages that ``data`` completes: their kind, what follows their header."""
        found: list[tuple[int, bytes]] = []
        if self.needed > LONGEST_MESSAGE:
            return found
        data = self.followed_by(data)
        offset, size, needed = 0, len(data), _HEADER
        while size - offset >= _HEADER:
            (kind_and_length,) = _KIND_AND_LENGTH(data, offset)
            needed = _HEADER + (kind_and_length & 0xFFFFFF)
            if needed > LONGEST_MESSAGE:
                self.needed = needed
                return found
            if offset + needed > size:
                break
            found.append((kind_and_length >> 24, data[offset + _HEADER : offset + needed]))
            offset += needed
            needed = _HEADER
        if offset < size:
            self.keep(data[offset:], needed)
        return found


def certificates_of(body: bytes) -> list[bytes]:
    """Return the certificates of a Certificate message up to TLS 1.2 (RFC 5246, 7.4.2).

    Entries too short for a certificate are left out. Raises MalformedMessageError when an entry is
    cut off.
    """
    end = 3 + int.from_bytes(body[:3], "big")
    if end > len(body):
        raise MalformedMessageError("the certificate message is shorter than its list")
    found = []
    offset = 3
    while offset < end:
        start = offset + 3
        offset = start + int.from_bytes(body[offset:start], "big")
        if offset > end:
            raise MalformedMessageError("a certificate is cut off")
        if offset - start >= SHORTEST_CERTIFICATE:
            found.append(body[start:offset])
    return found


def named_curve_of(body: bytes, cipher_suite: int | None) -> int | None:
    """Return the named curve of a ServerKeyExchange message (RFC 8422, 5.4).

    None when the cipher suite uses no ephemeral elliptic curve, or the curve is not a named one.
    """
    if cipher_suite is None or len(body) < CURVE_BYTES or body[0] != _NAMED_CURVE:
        return None
    if not cipher_suite_name(cipher_suite).startswith(_EPHEMERAL_CURVE_SUITES):
        return None
    return body[1] << 8 | body[2]
