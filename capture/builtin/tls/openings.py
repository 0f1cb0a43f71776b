"""How connections begin that carry TLS at once, or that may switch to it.

Each opening is a pattern of the first bytes that the side speaking first sends. The patterns decide
both which streams are reassembled (``detect``) and how a stream is read (``stream``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from capture.builtin.tls.datagram_layer import DatagramLayer
from capture.builtin.tls.record_layer import RecordLayer
from capture.builtin.tls.upgrade.command_lines import CommandLines
from capture.builtin.tls.upgrade.databases import MySql, PostgreSql
from capture.builtin.tls.upgrade.ldap import Ldap
from capture.builtin.tls.upgrade.proxies import HttpConnect, Socks4, Socks5
from capture.builtin.tls.upgrade.recogniser import Recogniser
from capture.builtin.tls.upgrade.remote_desktop import RemoteDesktop
from capture.builtin.tls.upgrade.xmpp import Xmpp

Reader = RecordLayer | DatagramLayer | Recogniser

TLS_PORTS: Final = (443, 563, 585, 614, 636, 853, 989, 990, 992, 993, 995, 5223)
"""Responder ports on which a connection is read as TLS whatever record it begins with."""

DTLS_PORT: Final = 443
"""Responder port on which a flow is read as DTLS whatever record in clear it begins with."""

_ANY: Final = frozenset(range(256))
_VERSION_LOW: Final = frozenset(range(5))
_CONTENT_TYPES: Final = frozenset(range(20, 31))  # those that Zeek lets a stream begin with
_HELLO: Final = frozenset((1, 2))
_MESSAGE_ID_LENGTH: Final = frozenset(range(1, 5))


class Opening(NamedTuple):
    """The values that each of the first bytes may have, and who reads such a connection.

    ``from_originator`` is None when either side may begin so.
    """

    octets: tuple[frozenset[int], ...]
    from_originator: bool | None
    reader: Callable[[], Reader]

    def fits(self, from_originator: bool, data: bytes) -> bool:
        """Return whether ``data``, perhaps only the beginning of an opening, can be this one."""
        if self.from_originator not in (None, from_originator):
            return False
        return all(map(frozenset.__contains__, self.octets, data))


def _text(text: bytes) -> tuple[frozenset[int], ...]:
    return tuple(frozenset((octet,)) for octet in text)


def _pattern(*octets: int | frozenset[int]) -> tuple[frozenset[int], ...]:
    return tuple(frozenset((octet,)) if isinstance(octet, int) else octet for octet in octets)


HELLO_RECORD: Final = Opening(_pattern(22, 3, _VERSION_LOW, _ANY, _ANY, _HELLO), None, RecordLayer)

_HELLO_OVER_TCP: Final = (
    HELLO_RECORD,
    Opening(_pattern(21, 3, _VERSION_LOW, 0, 2, _HELLO), False, RecordLayer),
    Opening(
        _pattern(frozenset(range(128, 256)), _ANY, 1, frozenset((0, 3)), frozenset(range(4))),
        True,
        RecordLayer,
    ),
)

ANY_RECORD: Final = Opening(_pattern(_CONTENT_TYPES, 3, _VERSION_LOW), None, RecordLayer)

_SWITCHING: Final = (
    *(
        Opening(_text(greeting), False, CommandLines)
        for greeting in (b"220", b"200 ", b"201 ", b"* OK", b"* PREAUTH", b"+OK", b'"IMPLEM')
    ),
    Opening(_text(b":"), False, CommandLines),  # an IRC server's name
    *(
        Opening(_text(command), True, CommandLines)
        for command in (b"CAP ", b"NICK ", b"PASS ", b"USER ", b"STARTTLS")
    ),
    Opening(_text(b"<?xml"), True, Xmpp),
    Opening(_text(b"<stream:"), True, Xmpp),
    Opening(_text(b"CONNECT "), True, HttpConnect),
    Opening(_pattern(4, _HELLO), True, Socks4),
    Opening(_pattern(5, frozenset(range(1, 16))), True, Socks5),
    Opening(_pattern(0, 0, 0, 8, 4, 0xD2, 0x16, frozenset((0x2F, 0x30))), True, PostgreSql),
    Opening(_pattern(_ANY, frozenset((0, 1)), 0, 0, 10), False, MySql),
    Opening(_pattern(3, 0, _ANY, _ANY, _ANY, 0xE0), True, RemoteDesktop),
    Opening(_pattern(0x30, frozenset(range(5, 128)), 2, _MESSAGE_ID_LENGTH), True, Ldap),
    Opening(_pattern(0x30, 0x81, _ANY, 2, _MESSAGE_ID_LENGTH), True, Ldap),
    Opening(_pattern(0x30, 0x82, _ANY, _ANY, 2, _MESSAGE_ID_LENGTH), True, Ldap),
    Opening(_pattern(0x30, 0x84, 0, _ANY, _ANY, _ANY, 2, _MESSAGE_ID_LENGTH), True, Ldap),
)

OVER_TCP: Final = (*_HELLO_OVER_TCP, *_SWITCHING)

_DTLS_VERSION_LOW: Final = frozenset((0xFF, 0xFD))

ANY_DATAGRAM_RECORD: Final = Opening(
    _pattern(_CONTENT_TYPES, 0xFE, _DTLS_VERSION_LOW, 0, 0), None, DatagramLayer
)

OVER_UDP: Final = (
    Opening(
        _pattern(22, 0xFE, _DTLS_VERSION_LOW, 0, 0, *[_ANY] * 8, _HELLO | {3}),
        None,
        DatagramLayer,
    ),
    # STUN comes before DTLS where the two sides look for a way through address translation.
    Opening(
        _pattern(frozenset((0, 1)), _ANY, _ANY, _ANY, *b"\x21\x12\xa4\x42"), None, DatagramLayer
    ),
)
