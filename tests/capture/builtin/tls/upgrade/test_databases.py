"""TLS of PostgreSQL and MySQL."""

import pytest

from capture.builtin.tls.upgrade.databases import MySql, PostgreSql
from tests.capture.builtin.tls.upgrade.conversations import talk

TLS_REQUEST = bytes.fromhex("0000000804d2162f")
GSS_REQUEST = bytes.fromhex("0000000804d21630")
GREETING = b"\x4a\0\0\0\x0a8.0.36\0" + bytes(66)


def mysql_packet(capabilities: int, length: int = 32) -> bytes:
    body = capabilities.to_bytes(4, "little").ljust(length, b"\0")
    return length.to_bytes(3, "little") + b"\x01" + body


@pytest.mark.parametrize("portion", [1, 1000])
@pytest.mark.parametrize(
    "conversation",
    [
        (("C", TLS_REQUEST), ("S", b"S")),
        (("C", GSS_REQUEST), ("S", b"N"), ("C", TLS_REQUEST), ("S", b"S")),
    ],
)
def test_postgresql_switches(conversation, portion):
    recogniser = talk(PostgreSql(), *conversation, portion=portion)
    assert recogniser.switched
    assert (recogniser.client, recogniser.server) == (b"", b"")


@pytest.mark.parametrize(
    "conversation",
    [
        (("C", TLS_REQUEST), ("S", b"N")),
        (("C", GSS_REQUEST), ("S", b"G")),
        (("C", b"\0\0\0\x20\0\x03\0\0user"),),
        (("S", b"S"),),
    ],
)
def test_postgresql_without_tls_is_given_up(conversation):
    recogniser = talk(PostgreSql(), *conversation)
    assert recogniser.finished
    assert not recogniser.switched


@pytest.mark.parametrize("portion", [1, 1000])
def test_mysql_switches(portion):
    conversation = (("S", GREETING), ("C", mysql_packet(0x0019AE85)))
    recogniser = talk(MySql(), *conversation, portion=portion)
    assert recogniser.switched
    assert (recogniser.client, recogniser.server) == (b"", b"")


@pytest.mark.parametrize(
    "packet", [mysql_packet(0x00190085), mysql_packet(0x0019AE85, 180), b"\0\0\0\x01"]
)
def test_mysql_without_tls_is_given_up(packet):
    recogniser = talk(MySql(), ("S", GREETING), ("C", packet))
    assert recogniser.finished
    assert not recogniser.switched
