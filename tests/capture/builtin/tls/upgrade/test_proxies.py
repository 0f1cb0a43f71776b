"""HTTP CONNECT and SOCKS."""

import pytest

from capture.builtin.tls.upgrade.proxies import HttpConnect, Socks4, Socks5
from tests.capture.builtin.tls.upgrade.conversations import talk

CONNECT = ("C", b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n")
METHODS = ("C", b"\x05\x02\0\x02")
REPLY = ("S", b"\x05\0\0\x01\0\0\0\0\x01\xbb")


@pytest.mark.parametrize("portion", [1, 1000])
@pytest.mark.parametrize(
    ("recogniser", "conversation"),
    [
        (HttpConnect, (CONNECT, ("S", b"HTTP/1.0 200 OK\r\nVia: proxy\r\n\r\n"))),
        (
            HttpConnect,
            (
                CONNECT,
                ("S", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
                CONNECT,
                ("S", b"HTTP/1.1 200 OK\r\n\r\n"),
            ),
        ),
        (
            HttpConnect,
            (
                CONNECT,
                ("S", b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 19\r\n\r\n"),
                ("S", b"<html>\r\n"),
                ("S", b"\r\n</html>\r\n"),
                CONNECT,
                ("S", b"HTTP/1.1 200 OK\r\n\r\n"),
            ),
        ),
        (
            HttpConnect,
            (
                CONNECT,
                ("S", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
                ("C", b"GET http://a.example/ HTTP/1.1\r\n\r\n"),
                ("S", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext"),
                ("C", b"connect a.example:443 HTTP/1.1\r\n\r\n"),
                ("S", b"HTTP/1.1 200\r\n\r\n"),
            ),
        ),
        (Socks4, (("C", b"\x04\x01\x01\xbb\xc0\0\x02\x01user\0"), ("S", b"\0\x5a" + bytes(6)))),
        (
            Socks4,
            (("C", b"\x04\x01\x01\xbb\0\0\0\x01\0a.example\0"), ("S", b"\0\x5a" + bytes(6))),
        ),
        (
            Socks5,
            (METHODS, ("S", b"\x05\0"), ("C", b"\x05\x01\0\x03\x09a.example\x01\xbb"), REPLY),
        ),
        (
            Socks5,
            (
                METHODS,
                ("S", b"\x05\x02"),
                ("C", b"\x01\x04user\x06secret"),
                ("S", b"\x01\0"),
                ("C", b"\x05\x01\0\x04" + bytes(16) + b"\x01\xbb"),
                REPLY,
            ),
        ),
    ],
)
def test_open_way_switches(recogniser, conversation, portion):
    talked = talk(recogniser(), *conversation, portion=portion)
    assert talked.switched
    assert (talked.client, talked.server) == (b"", b"")


@pytest.mark.parametrize(
    ("recogniser", "conversation"),
    [
        (HttpConnect, (CONNECT, ("S", b"HTTP/1.1 403 Forbidden\r\n\r\n"))),
        (HttpConnect, (CONNECT, ("S", b"HTTP/1.1 201 Created\r\n\r\n"))),
        (HttpConnect, (CONNECT, ("S", b"garbage\r\n\r\n"))),
        (
            HttpConnect,
            (
                CONNECT,
                ("S", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
                ("C", b"GET http://a.example/ HTTP/1.1\r\n\r\n"),
                ("S", b"HTTP/1.1 200 OK\r\n\r\n"),
            ),
        ),
        (Socks4, (("C", b"\x04\x01\x01\xbb\xc0\0\x02\x01\0"), ("S", b"\0\x5b" + bytes(6)))),
        (Socks5, (METHODS, ("S", b"\x05\xff"))),
        (Socks5, (METHODS, ("S", b"\x05\0"), ("C", b"\x05\x01\0\x09abcdefgh"))),
        (
            Socks5,
            (
                METHODS,
                ("S", b"\x05\0"),
                ("C", b"\x05\x01\0\x01\0\0\0\0\x01\xbb"),
                ("S", b"\x05\x05\0\x01\0\0\0\0\0\0"),
            ),
        ),
    ],
)
def test_refusal_does_not_switch(recogniser, conversation):
    assert not talk(recogniser(), *conversation).switched


def test_pipelined_socks_messages():
    client = METHODS[1] + b"\x05\x01\0\x01\0\0\0\0\x01\xbb" + b"\x16\x03\x01"
    recogniser = talk(Socks5(), ("C", client), ("S", b"\x05\0" + REPLY[1]))
    assert recogniser.switched
    assert recogniser.client == b"\x16\x03\x01"
