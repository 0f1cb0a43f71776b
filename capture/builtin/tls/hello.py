"""ClientHello and ServerHello as typed values.

Layouts: RFC 8446, 4.1 and 4.2; RFC 5246, 7.4.1; RFC 6347, 4.2.1 (the cookie of DTLS); the hello of
SSL 2 is in the appendix E.2 of RFC 5246.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Final, NamedTuple

from capture.builtin.tls.parameter_names import DTLS_1_0, DTLS_1_2, TLS_1_3
from capture.zeek_format.escapes import text_of

SERVER_NAME: Final = 0
SUPPORTED_GROUPS: Final = 10
POINT_FORMATS: Final = 11
SIGNATURE_ALGORITHMS: Final = 13
APPLICATION_PROTOCOLS: Final = 16
SESSION_TICKET: Final = 35
KEY_SHARE_OF_DRAFTS: Final = 40
PRE_SHARED_KEY: Final = 41
SUPPORTED_VERSIONS: Final = 43
KEY_SHARE: Final = 51

_RETRY_RANDOM: Final = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)
_FIXED_PART: Final = 34
_NUMBER_AND_LENGTH: Final = struct.Struct(">HH").unpack_from
_DRAFT_OF_TLS_1_3: Final = 0x7F

Extensions = tuple[tuple[int, bytes], ...]


class MalformedMessageError(ValueError):
    """A handshake message that ends before what it announces."""


def _numbers(data: bytes) -> tuple[int, ...]:
    """Return big-endian 16-bit numbers; an odd byte at the end is left out."""
    count = len(data) // 2
    return struct.unpack(f">{count}H", data[: 2 * count])


def _prefixed(data: bytes, offset: int, size: int) -> tuple[bytes, int]:
    """Return a byte string behind its length of ``size`` bytes, and the offset after it."""
    start = offset + size
    end = start + int.from_bytes(data[offset:start], "big")
    if end > len(data) or start > len(data):
        raise MalformedMessageError("the message is shorter than its fields say")
    return data[start:end], end


def _prefixed_list(data: bytes, outer: int, inner: int) -> tuple[bytes, ...]:
    """Return byte strings that each have a length prefix, inside a list that has one itself."""
    items = []
    end = min(len(data), outer + int.from_bytes(data[:outer], "big"))
    offset = outer
    while offset + inner <= end:
        start = offset + inner
        offset = start + int.from_bytes(data[offset:start], "big")
        items.append(data[start : min(offset, end)])
    return tuple(items)


@lru_cache(maxsize=256)  # a client or server sends much the same every time
def split_extensions(octets: bytes) -> tuple[Extensions, bool]:
    """Return the extensions in order, and whether the last one was whole.

    ``octets`` is everything after the fixed fields of a hello: two bytes of length, which need not
    be right, then the extensions (RFC 8446, 4.2).
    """
    found: list[tuple[int, bytes]] = []
    offset, size = 2, len(octets)
    while offset + 4 <= size:
        kind, length = _NUMBER_AND_LENGTH(octets, offset)
        offset += 4 + length
        if offset > size:
            return tuple(found), False
        found.append((kind, octets[offset - length : offset]))
    return tuple(found), offset >= size


class ClientHello(NamedTuple):
    """What a client offers.

    Lists are kept as the bytes they were sent in, since one hello is kept for each connection:
    the properties read them.
    """

    version: int
    random: bytes
    session_id: bytes
    cipher_suite_octets: bytes
    compression_methods: bytes
    extension_octets: bytes = b""
    cipher_suite_size: int = 2

    @property
    def cipher_suites(self) -> tuple[int, ...]:
        """Return the numbers of the cipher suites, of three bytes in SSL 2, in the order sent."""
        size, octets = self.cipher_suite_size, self.cipher_suite_octets
        return tuple(
            int.from_bytes(octets[offset : offset + size], "big")
            for offset in range(0, len(octets) - size + 1, size)
        )

    @property
    def extensions(self) -> Extensions:
        """Return the extensions as (number, content) in the order sent; a cut one is left out."""
        return split_extensions(self.extension_octets)[0]

    def extension(self, number: int) -> bytes | None:
        """Return the content of the first extension of that number."""
        return next((content for kind, content in self.extensions if kind == number), None)

    @property
    def server_names(self) -> tuple[str, ...]:
        """Return the host names of the server name indication."""
        return server_names(self.extension(SERVER_NAME) or b"")

    @property
    def supported_groups(self) -> tuple[int, ...]:
        """Return the named groups, once called elliptic curves."""
        return _numbers((self.extension(SUPPORTED_GROUPS) or b"")[2:])

    @property
    def point_formats(self) -> tuple[int, ...]:
        """Return the formats of elliptic curve points."""
        return tuple((self.extension(POINT_FORMATS) or b"")[1:])

    @property
    def signature_algorithms(self) -> tuple[int, ...]:
        """Return the signature schemes."""
        return _numbers((self.extension(SIGNATURE_ALGORITHMS) or b"")[2:])

    @property
    def supported_versions(self) -> tuple[int, ...]:
        """Return the versions of the extension of that name."""
        return _numbers((self.extension(SUPPORTED_VERSIONS) or b"")[1:])

    @property
    def application_protocols(self) -> tuple[str, ...]:
        """Return the protocols offered by ALPN."""
        return application_protocols(self.extension(APPLICATION_PROTOCOLS) or b"")


class ServerHello(NamedTuple):
    """What a server chose."""

    version: int
    random: bytes
    session_id: bytes
    cipher_suite: int
    compression_method: int
    extension_octets: bytes = b""

    @property
    def extensions(self) -> Extensions:
        """Return the extensions as (number, content) in the order sent; a cut one is left out."""
        return split_extensions(self.extension_octets)[0]

    @property
    def asks_for_retry(self) -> bool:
        """Whether this is the HelloRetryRequest of TLS 1.3."""
        return self.random == _RETRY_RANDOM


def server_names(content: bytes) -> tuple[str, ...]:
    """Return the host names of a server_name extension (RFC 6066, 3)."""
    names = []
    offset = 2
    while offset + 3 <= len(content):
        kind, length = struct.unpack_from(">BH", content, offset)
        offset += 3 + length
        if kind != 0:
            break
        names.append(text_of(content[offset - length : offset]))
    return tuple(names)


def application_protocols(content: bytes) -> tuple[str, ...]:
    """Return the names of an ALPN extension (RFC 7301, 3.1)."""
    names = _prefixed_list(content, outer=2, inner=1)
    return tuple(text_of(name) for name in names)


def parse_client_hello(body: bytes) -> ClientHello:
    """Return the hello; raises MalformedMessageError when it ends before the extensions."""
    if len(body) < _FIXED_PART:
        raise MalformedMessageError("a client hello has at least 34 bytes")
    version = int.from_bytes(body[:2], "big")
    session_id, offset = _prefixed(body, _FIXED_PART, 1)
    if version in (DTLS_1_0, DTLS_1_2):
        _, offset = _prefixed(body, offset, 1)
    cipher_suites, offset = _prefixed(body, offset, 2)
    compression_methods, offset = _prefixed(body, offset, 1)
    return ClientHello(
        version,
        body[2:_FIXED_PART],
        session_id,
        cipher_suites,
        compression_methods,
        body[offset:],
    )


def parse_server_hello(body: bytes) -> ServerHello:
    """Return the hello; raises MalformedMessageError when it ends before the extensions.

    The drafts of TLS 1.3 before 22 have no session id and no compression method in it; they are
    known by a version of 7f.. or, the oldest, 0304, which the final protocol never puts there.
    """
    if len(body) < _FIXED_PART:
        raise MalformedMessageError("a server hello has at least 34 bytes")
    version = int.from_bytes(body[:2], "big")
    session_id, offset = b"", _FIXED_PART
    draft = version == TLS_1_3 or version >> 8 == _DRAFT_OF_TLS_1_3
    if not draft:
        session_id, offset = _prefixed(body, offset, 1)
    if offset + (2 if draft else 3) > len(body):
        raise MalformedMessageError("the server hello ends before its cipher suite")
    cipher_suite = int.from_bytes(body[offset : offset + 2], "big")
    compression_method = 0 if draft else body[offset + 2]
    return ServerHello(
        version,
        body[2:_FIXED_PART],
        session_id,
        cipher_suite,
        compression_method,
        body[offset + (2 if draft else 3) :],
    )
