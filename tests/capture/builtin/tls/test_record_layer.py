"""Records of TLS and SSL 2, and handshakes spread over them."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.segment import Segment
from capture.builtin.tls.record_layer import RecordLayer
from tests.capture.builtin.tls.handshakes import (
    SERVER_CERTIFICATE,
    client_hello,
    handshake_record,
    message,
    prefixed,
    record,
    server_hello,
    subjects,
)

SSL_2_HELLO = (
    b"\x01" + struct.pack(">HHHH", 0x0301, 6, 0, 16) + b"\x01\0\x80\0\0\x2f" + bytes(range(16))
)
SSL_2_SERVER_HELLO = (
    b"\x04\0\x01"
    + struct.pack(">HHHH", 2, len(SERVER_CERTIFICATE), 3, 16)
    + SERVER_CERTIFICATE
    + b"\x01\0\x80"
    + bytes(16)
)
SSL_2_MASTER_KEY = b"\x02\x01\0\x80" + bytes(30)


def ssl2_record(message: bytes) -> bytes:
    return (0x8000 | len(message)).to_bytes(2, "big") + message


def read(*portions: tuple[bool, bytes]) -> RecordLayer:
    layer = RecordLayer()
    for number, (from_originator, data) in enumerate(portions):
        if not layer.session.finished:
            layer.read([Segment(number, from_originator, data)])
    return layer


def test_message_spread_over_records():
    hello = client_hello()
    layer = read((True, b"".join(record(22, hello[i : i + 5]) for i in range(0, len(hello), 5))))
    assert layer.session.connection.history == "C"


def test_message_and_record_spread_over_single_bytes():
    stream = handshake_record(client_hello()[:20]) + handshake_record(client_hello()[20:])
    layer = read(*[(True, bytes((octet,))) for octet in stream])
    assert layer.session.connection.history == "C"


def test_connection_begins_with_its_first_record_though_that_ends_no_message():
    begun, rest = handshake_record(client_hello()[:20]), handshake_record(client_hello()[20:])
    found = read((True, begun)).session.connection
    assert (found.time_ns, found.history, found.confirmed) == (0, "", False)
    found = read((True, begun), (True, rest)).session.connection
    assert (found.time_ns, found.history, found.confirmed) == (0, "C", True)


def test_message_too_long_to_be_one_silences_its_side_alone():
    absurd = record(22, b"\x0b\x7f\xff\xff")
    layer = read(
        (True, handshake_record(client_hello()) + absurd + handshake_record(client_hello())),
        (False, handshake_record(server_hello())),
    )
    assert (layer.session.connection.history, layer.session.finished) == ("Cs", False)


@pytest.mark.parametrize(
    ("kind", "letter"),
    [(5, "E"), (6, "J"), (8, "O"), (23, "A"), (24, "P"), (99, "Z"), (254, "M")],
)
def test_messages_that_are_not_read_have_letters_only_before_tls_is_seen(kind, letter):
    unread, hello = handshake_record(message(kind, b"xx")), handshake_record(client_hello())
    assert read((True, unread), (True, hello)).session.connection.history == letter + "C"
    layer = read((True, hello), (True, unread))
    assert (layer.session.connection.history, layer.session.finished) == ("C", True)


def test_record_of_unknown_content_begins_a_connection():
    unknown, hello = record(25, b"x"), handshake_record(client_hello())
    found = read((True, unknown), (True, hello)).session.connection
    assert (found.time_ns, found.history, found.confirmed) == (0, "C", True)
    assert read((True, unknown), (True, unknown)).session.finished


def test_several_messages_in_one_record():
    layer = read(
        (True, handshake_record(client_hello())),
        (False, handshake_record(server_hello(), b"\x0b\0\0\x03\0\0\0", b"\x0e\0\0\0")),
    )
    assert layer.session.connection.history == "Csxn"


def test_empty_record_is_nothing():
    layer = read((True, record(22, b"") + record(23, b"") + handshake_record(client_hello())))
    assert layer.session.connection.history == "C"
    assert not layer.session.finished


def test_longest_record():
    layer = read((True, handshake_record(client_hello())), (False, record(22, bytes(0xFFFF))))
    assert layer.session.connection.history.startswith("Chh")


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\n", record(22, b"x", version=0x0505), b"\x80\x01\x07\0\0", bytes(9)],
)
def test_garbage_from_the_start_is_not_tls(garbage):
    layer = read((True, garbage))
    assert layer.session.finished
    assert layer.session.connection is None


def test_garbage_after_a_hello_ends_the_reading():
    layer = read((True, handshake_record(client_hello())), (False, b"220 mail.example ESMTP\r\n"))
    assert layer.session.finished
    assert (layer.session.connection.history, layer.session.connection.confirmed) == ("C", False)


def test_ssl_2_hello_of_a_tls_client():
    layer = read(
        (True, ssl2_record(SSL_2_HELLO)),
        (False, handshake_record(server_hello(version=0x0301), b"\x0e\0\0\0")),
    )
    found = layer.session.connection
    assert (found.time_ns, found.version, found.history, found.confirmed) == (
        0,
        "TLSv10",
        "sn",
        True,
    )
    assert found.client_offer.ciphers == (0x010080, 0x2F)


def test_ssl_2_to_the_end():
    layer = read(
        (True, ssl2_record(SSL_2_HELLO.replace(b"\x03\x01", b"\0\x02", 1))),
        (False, ssl2_record(SSL_2_SERVER_HELLO)),
        (True, ssl2_record(SSL_2_MASTER_KEY)),
    )
    found = layer.session.connection
    assert (found.version, found.cipher) == ("SSLv2", "SSLv20_CK_RC4_128_WITH_MD5")
    assert (found.history, found.established) == ("s", True)
    assert subjects(found.server_chains) == ["CN=server.example"]


@pytest.mark.parametrize("hello", [SSL_2_HELLO[:-1], SSL_2_HELLO + b"x"])
def test_malformed_ssl_2_hello_is_not_tls(hello):
    layer = read((True, ssl2_record(hello)))
    assert layer.session.finished
    assert layer.session.connection is None


def test_stream_of_single_bytes_keeps_little():
    layer = read((True, handshake_record(client_hello())))
    body = record(22, b"\x0b" + prefixed(3, bytes(60_000)))[:60_000]
    for octet in body:
        layer.read([Segment(1, False, bytes((octet,)))])
    assert not layer.session.finished


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=80)), max_size=8))
@settings(deadline=None, max_examples=200)
def test_any_bytes_after_the_hellos(portions):
    layer = read(
        (True, handshake_record(client_hello())),
        (False, handshake_record(server_hello())),
        *[(side, b"\x16\x03\x03" + data) for side, data in portions],
    )
    assert layer.session.connection.history.startswith("Cs")
