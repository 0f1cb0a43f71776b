"""Conversations that few captures hold: what switches to TLS, DTLS, SSL 2. One each, by hand."""

from __future__ import annotations

import struct
from typing import Final

Conversation = tuple[bytes, ...]


def _talk(*messages: tuple[str, bytes]) -> Conversation:
    """Return messages behind a byte that is 1 for the client (C) and 0 for the server (S)."""
    return tuple(bytes((side == "C",)) + text for side, text in messages)


def _element(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content


_LDAP_NAME: Final = _element(0x80, b"1.3.6.1.4.1.1466.20037")
_LDAP_REQUEST: Final = _element(0x30, b"\x02\x01\x01" + _element(0x77, _LDAP_NAME))
_LDAP_ANSWER: Final = _element(0x30, b"\x02\x01\x01" + _element(0x78, b"\x0a\x01\0\x04\0\x04\0"))
_RDP_REQUEST: Final = bytes.fromhex(
    "0300001302 0e e0 0000 0000 00 01 00 0800 03000000".replace(" ", "")
)
_RDP_CONFIRM: Final = bytes.fromhex(
    "0300001302 0e d0 0000 1234 00 02 00 0800 01000000".replace(" ", "")
)
_MYSQL_GREETING: Final = b"\x4a\0\0\0\x0a5.7.0\0" + bytes(66)
_MYSQL_REQUEST: Final = bytes.fromhex("200000 01 05ae0300 00000001 08".replace(" ", "")) + bytes(23)

UPGRADES: Final[dict[str, tuple[Conversation, ...]]] = {
    "command-lines": (
        _talk(
            ("S", b"220 mail ESMTP\r\n"),
            ("C", b"EHLO me\r\n"),
            ("S", b"250-mail\r\n250 STARTTLS\r\n"),
            ("C", b"STARTTLS\r\n"),
            ("S", b"220 go ahead\r\n"),
        ),
        _talk(("S", b"* OK IMAP4\r\n"), ("C", b"a1 STARTTLS\r\n"), ("S", b"a1 OK now\r\n")),
        _talk(
            ("S", b"* OK IMAP4\r\n"),
            ("C", b"a1 STARTTLS\r\na2 STARTTLS\r\n"),
            ("S", b"a1 NO\r\na2 BAD\r\n"),
        ),
        _talk(("S", b"+OK POP3\r\n"), ("C", b"STLS\r\n"), ("S", b"+OK begin\r\n")),
        _talk(("S", b"220 FTP\r\n"), ("C", b"AUTH TLS\r\n"), ("S", b"234 ok\r\n")),
        _talk(("S", b'"IMPLEMENTATION" "x"\r\n'), ("C", b"STARTTLS\r\n"), ("S", b"OK\r\n")),
    ),
    "xmpp": (
        _talk(
            ("C", b"<?xml version='1.0'?><stream:stream to='a'>"),
            ("S", b"<stream:stream><stream:features><starttls/></stream:features>"),
            ("C", b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
            ("S", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        ),
    ),
    "http-connect": (
        _talk(
            ("C", b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
            ("S", b"HTTP/1.1 407 no\r\nX: y\r\n\r\n"),
            ("C", b"CONNECT a.example:443 HTTP/1.1\r\n\r\n"),
            ("S", b"HTTP/1.1 200 yes\r\n\r\n"),
        ),
    ),
    "socks4": (
        _talk(("C", b"\x04\x01\x01\xbb\xc0\0\x02\x01me\0"), ("S", b"\0\x5a" + bytes(6))),
        _talk(("C", b"\x04\x01\x01\xbb\0\0\0\x01me\0a.example\0"), ("S", b"\0\x5a" + bytes(6))),
    ),
    "socks5": (
        _talk(
            ("C", b"\x05\x02\0\x02"),
            ("S", b"\x05\x02"),
            ("C", b"\x01\x02me\x02pw"),
            ("S", b"\x01\0"),
            ("C", b"\x05\x01\0\x03\x09a.example\x01\xbb"),
            ("S", b"\x05\0\0\x01" + bytes(6)),
        ),
        _talk(
            ("C", b"\x05\x01\0"),
            ("S", b"\x05\0"),
            ("C", b"\x05\x01\0\x04" + bytes(18)),
            ("S", b"\x05\0\0\x04" + bytes(18)),
        ),
    ),
    "postgresql": (
        _talk(
            ("C", bytes.fromhex("0000000804d21630")),
            ("S", b"N"),
            ("C", bytes.fromhex("0000000804d2162f")),
            ("S", b"S"),
        ),
    ),
    "mysql": (_talk(("S", _MYSQL_GREETING), ("C", _MYSQL_REQUEST)),),
    "ldap": (_talk(("C", _LDAP_REQUEST), ("S", _LDAP_ANSWER)),),
    "remote-desktop": (_talk(("C", _RDP_REQUEST), ("S", _RDP_CONFIRM)),),
}


def _ssl2_record(message: bytes) -> bytes:
    return struct.pack(">H", 0x8000 | len(message)) + message


_SSL2_CLIENT: Final = (
    b"\x01" + struct.pack(">HHHH", 2, 6, 0, 16) + b"\x01\0\x80\0\0\x2f" + bytes(16)
)
_SSL2_CERTIFICATE: Final = bytes.fromhex("300d300b02010a300006032a03043000")
_SSL2_SERVER: Final = (
    b"\x04\0\x01"
    + struct.pack(">HHHH", 2, len(_SSL2_CERTIFICATE), 3, 4)
    + _SSL2_CERTIFICATE
    + b"\x01\0\x80conn"
)
SSL2: Final = (
    _talk(
        ("C", _ssl2_record(_SSL2_CLIENT)),
        ("S", _ssl2_record(_SSL2_SERVER)),
        ("C", _ssl2_record(b"\x02" + bytes(20))),
        ("S", _ssl2_record(bytes(30))),
    ),
    _talk(("C", _ssl2_record(b"\x01" + struct.pack(">HHHH", 0x301, 3, 0, 16) + bytes(19)))),
)


def _dtls(
    kind: int, body: bytes, number: int = 0, start: int = 0, whole: int | None = None
) -> bytes:
    whole = len(body) if whole is None else whole
    sizes = [whole.to_bytes(3, "big"), number.to_bytes(2, "big"), start.to_bytes(3, "big")]
    message = bytes((kind,)) + b"".join(sizes) + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHHHIH", 22, 0xFEFD, 0, 0, number, len(message)) + message


_DTLS_CLIENT: Final = (
    b"\xfe\xfd" + bytes(32) + b"\0\0" + b"\0\x04\xc0\x2b\0\x2f" + b"\x01\0" + b"\0\x04\0\x17\0\0"
)
_DTLS_SERVER: Final = b"\xfe\xfd" + bytes(32) + b"\0\xc0\x2b\0" + b"\0\x04\0\x17\0\0"
_DTLS_CERTIFICATE: Final = (
    b"\0\0\x13" + len(_SSL2_CERTIFICATE).to_bytes(3, "big") + _SSL2_CERTIFICATE
)
_HALF: Final = len(_DTLS_CERTIFICATE) // 2
DTLS: Final = (
    _talk(
        ("C", _dtls(1, _DTLS_CLIENT)),
        ("S", _dtls(3, b"\xfe\xfd\x04abcd")),
        ("C", _dtls(1, _DTLS_CLIENT, 1)),
        ("S", _dtls(2, _DTLS_SERVER, 1)),
        ("S", _dtls(11, _DTLS_CERTIFICATE[_HALF:], 2, _HALF, len(_DTLS_CERTIFICATE))),
        ("S", _dtls(11, _DTLS_CERTIFICATE[:_HALF], 2, 0, len(_DTLS_CERTIFICATE))),
        ("C", bytes.fromhex("14fefd0000000000000001000101")),
    ),
)
