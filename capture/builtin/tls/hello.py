"""ClientHello and ServerHello as typed values.

Layouts: RFC 8446, 4.1 and 4.2; RFC 5246, 7.4.1; RFC 6347, 4.2.1 (the cookie of DTLS); the hello of
SSL 2 is in the appendix E.2 of RFC 5246.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

from capture.builtin.parsed_once import ParsedOnce
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
_READ: Final = frozenset(
    (
        SERVER_NAME,
        SUPPORTED_GROUPS,
        POINT_FORMATS,
        SIGNATURE_ALGORITHMS,
        APPLICATION_PROTOCOLS,
        SESSION_TICKET,
        KEY_SHARE_OF_DRAFTS,
        PRE_SHARED_KEY,
        SUPPORTED_VERSIONS,
        KEY_SHARE,
    )
)

RETRY_RANDOM: Final = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)
_FIXED_PART: Final = 34
_NUMBER_AND_LENGTH: Final = struct.Struct(">HH").unpack_from
_DRAFT_OF_TLS_1_3: Final = 0x7F


class MalformedMessageError(ValueError):
    """A handshake message that ends before what it announces."""


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


class Extensions(NamedTuple):
    """The extensions of a hello, without one that is cut off; ``complete`` when there is none.

    ``numbers`` are in the order sent. ``contents`` are those that anybody reads; of an extension
    that is there twice, the last counts.
    """

    numbers: tuple[int, ...] = ()
    contents: Mapping[int, bytes] = {}
    complete: bool = True

    @property
    def say_nothing(self) -> bool:
        """Whether the first one is cut off."""
        return not self.complete and not self.numbers


def split_extensions(octets: bytes) -> Extensions:
    """Return the extensions; ``octets`` is everything after the fixed fields of a hello.

    Two bytes of length come first; they need not be right (RFC 8446, 4.2).
    """
    numbers: list[int] = []
    contents: dict[int, bytes] = {}
    offset, size = 2, len(octets)
    while offset + 4 <= size:
        number, length = _NUMBER_AND_LENGTH(octets, offset)
        start = offset + 4
        offset = start + length
        if offset > size:
            return Extensions(tuple(numbers), contents, complete=False)
        numbers.append(number)
        if number in _READ:
            contents[number] = octets[start:offset]
    return Extensions(tuple(numbers), contents, offset >= size)


# Two of three servers, and every second client, send extensions that were there before.
_EXTENSIONS: Final = ParsedOnce(split_extensions, limit=1 << 20)


class ClientHello(NamedTuple):
    """What a client offers.

    ``cipher_suites`` are the bytes sent, ``cipher_suite_size`` for each.
    """

    version: int
    session_id: bytes
    cipher_suites: bytes
    extensions: Extensions = Extensions()
    cipher_suite_size: int = 2


class ServerHello(NamedTuple):
    """What a server chose; ``asks_for_retry`` marks the HelloRetryRequest of TLS 1.3."""

    version: int
    session_id: bytes
    cipher_suite: int
    extensions: Extensions = Extensions()
    asks_for_retry: bool = False


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
    try:
        version = body[0] << 8 | body[1]
        session_id_end = at = _FIXED_PART + 1 + body[_FIXED_PART]
        if version in (DTLS_1_0, DTLS_1_2):
            at += 1 + body[at]  # the cookie
        cipher_suites_end = at + 2 + (body[at] << 8 | body[at + 1])
        extensions = cipher_suites_end + 1 + body[cipher_suites_end]
    except IndexError:
        extensions = len(body) + 1
    if extensions > len(body):
        raise MalformedMessageError("the client hello ends before its extensions")
    return ClientHello(
        version,
        body[_FIXED_PART + 1 : session_id_end],
        body[at + 2 : cipher_suites_end],
        _EXTENSIONS[body[extensions:]],
    )


def parse_server_hello(body: bytes) -> ServerHello:
    """Return the hello; raises MalformedMessageError when it ends before the extensions.

    The drafts of TLS 1.3 before 22 have no session id and no compression method in it; they are
    known by a version of 7f.. or, the oldest, 0304, which the final protocol never puts there.
    """
    if len(body) <= _FIXED_PART:
        raise MalformedMessageError("a server hello has more than 34 bytes")
    version = body[0] << 8 | body[1]
    session_id, offset, choices = b"", _FIXED_PART, 2
    if version != TLS_1_3 and version >> 8 != _DRAFT_OF_TLS_1_3:
        offset = _FIXED_PART + 1 + body[_FIXED_PART]
        session_id, choices = body[_FIXED_PART + 1 : offset], 3
    if offset + choices > len(body):
        raise MalformedMessageError("the server hello ends before its cipher suite")
    cipher_suite = body[offset] << 8 | body[offset + 1]
    extensions = _EXTENSIONS[body[offset + choices :]]
    retry = body[2:_FIXED_PART] == RETRY_RANDOM
    return ServerHello(version, session_id, cipher_suite, extensions, retry)
