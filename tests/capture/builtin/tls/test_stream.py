"""Whole connections, real and made, in any portions."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.segment import Segment
from capture.builtin.tls.stream import TlsStream
from tests.capture.builtin.tls.handshakes import (
    client_hello,
    contexts,
    feed,
    handshake,
    handshake_record,
    read,
    server_hello,
    subjects,
    tls_1_2_flights,
    tls_1_3_flights,
)

TLS_1_3 = ssl.TLSVersion.TLSv1_3
HELLO = handshake_record(client_hello())


def test_tls_1_2():
    found = read(tls_1_2_flights())
    assert (found.version, found.server_name, found.history) == (
        "TLSv12",
        "server.example",
        "CsxknGIti",
    )
    assert found.cipher.startswith("TLS_ECDHE_ECDSA_WITH_")
    assert found.established
    assert found.confirmed
    assert not found.resumed
    assert found.time_ns == 0
    assert subjects(found.server_chains) == ["CN=server.example"]


def test_tls_1_3():
    found = read(tls_1_3_flights())
    assert (found.version, found.history) == ("TLSv13", "CsiI")
    assert found.curve in ("x25519", "X25519MLKEM768")
    assert found.established
    assert not found.server_chains


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, TLS_1_3])
def test_application_protocol(version):
    found = read(handshake(*contexts(version, protocols=("h2", "http/1.1"))))
    # In TLS 1.3 the server's choice is encrypted.
    assert found.next_protocol == (None if version == TLS_1_3 else "h2")
    assert found.client_offer.application_protocols == ("h2", "http/1.1")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, TLS_1_3])
def test_resumption_by_ticket(version):
    found = read(handshake(*contexts(version), resumed=True))
    assert (found.history, found.resumed, found.established) == ("CsiI", True, True)


def test_resumption_by_session_id():
    found = read(handshake(*contexts(tickets=False), resumed=True))
    assert (found.history, found.resumed, found.established) == ("CsiI", True, True)


def test_client_certificate():
    found = read(handshake(*contexts(client_certificate=True)))
    assert found.history == "CsxkrnXGYIti"
    assert subjects(found.client_chains) == ["CN=client"]


def test_client_that_does_not_trust_the_server_sends_an_alert():
    found = read(handshake(*contexts(trusted=False)))
    assert (found.history, found.last_alert) == ("CsxknL", "unknown_ca")
    assert (found.established, found.confirmed) == (False, True)


def test_stream_is_finished_once_established():
    stream = TlsStream()
    *before, last = tls_1_2_flights()[:4]
    for from_originator, data in before:
        feed(stream, Segment(1, from_originator, data))
    assert not stream.finished
    feed(stream, Segment(1, *last))
    assert stream.finished


@pytest.mark.parametrize("data", [b"", b"\x15\x03\x03\0\x02\x02\x28"])
def test_a_hole_ends_the_reading_and_keeps_what_was_seen(data):
    stream = TlsStream()
    feed(stream, Segment(1, True, HELLO))
    feed(stream, Segment(2, False, data, missing=5))
    assert stream.finished
    feed(stream, Segment(3, False, handshake_record(server_hello())))
    assert (stream.result().history, stream.result().confirmed) == ("C", True)


@pytest.mark.parametrize(
    "first", [b"GET / HTTP/1.1\r\n", b"SSH-2.0-x\r\n", bytes(20), b"\x17\x03\x09"]
)
def test_other_protocols_are_finished_at_once(first):
    stream = TlsStream()
    feed(stream, Segment(1, True, first))
    assert stream.finished
    assert stream.result() is None


def test_server_that_speaks_first_and_no_tls():
    assert read([(False, b"220 mail.example ESMTP\r\n"), (True, HELLO)]) is None


def test_server_that_answers_tls_in_the_clear():
    found = read([(True, HELLO), (False, b"220 mail.example ESMTP\r\n")])
    assert (found.history, found.confirmed) == ("C", False)


def test_only_the_server_was_captured():
    found = read([flight for flight in tls_1_2_flights() if not flight[0]])
    assert found.history.startswith("sxkn")
    assert not found.established


def test_connection_that_begins_with_an_alert():
    found = read([(False, b"\x15\x03\x01\0\x02\x02\x46")])
    assert (found.history, found.last_alert) == ("l", "protocol_version")


def test_empty_segments_change_nothing():
    flights = [(True, b""), *[f for flight in tls_1_2_flights() for f in (flight, (False, b""))]]
    assert read(flights).history == "CsxknGIti"


def test_side_that_says_too_little_while_the_other_talks_is_given_up():
    stream = TlsStream()
    feed(stream, Segment(1, True, b"\x16"))
    for _ in range(100):
        feed(stream, Segment(1, False, b"x"))
    assert stream.finished


MAIL = [(False, b"220 mail\r\n"), (True, b"STARTTLS\r\n"), (False, b"220 go\r\n")]
CONNECT = [(True, b"CONNECT a:443 HTTP/1.1\r\n\r\n"), (False, b"HTTP/1.1 200 OK\r\n\r\n")]
SOCKS = [
    (True, b"\x05\x01\0"),
    (False, b"\x05\0"),
    (True, b"\x05\x01\0\x01\xc0\0\x02\x01\x01\xbb"),
    (False, b"\x05\0\0\x01" + bytes(6)),
]


@pytest.mark.parametrize(
    "plaintext",
    [
        MAIL,
        CONNECT,
        SOCKS,
        CONNECT + MAIL,
        SOCKS + MAIL,
        SOCKS + CONNECT,
        [(True, bytes.fromhex("0000000804d2162f")), (False, b"S")],
    ],
)
def test_protocols_that_switch_to_tls(plaintext):
    flights = [*plaintext, *tls_1_2_flights()]
    found = read(flights)
    assert (found.history, found.established) == ("CsxknGIti", True)
    assert found.time_ns == 1000 * len(plaintext)
    single_bytes = [(side, bytes((octet,))) for side, data in flights for octet in data]
    assert read(single_bytes).history == "CsxknGIti"


def test_tls_bytes_that_came_before_the_agreement():
    client = b"STARTTLS\r\n" + HELLO
    found = read([(False, b"220 mail\r\n"), (True, client), (False, b"220 go\r\n")])
    assert (found.history, found.time_ns) == ("C", 2000)


def test_a_tunnel_to_something_else_is_read_no_further():
    stream = TlsStream()
    for side, data in [*CONNECT, (True, b"GET / HTTP/1.1\r\n\r\n")]:
        assert not stream.finished
        feed(stream, Segment(0, side, data))
    assert stream.finished
    assert stream.result() is None


def test_switch_that_is_not_followed_by_tls():
    found = read([(False, b"+OK\r\n"), (True, b"STLS\r\n"), (False, b"+OK\r\n"), (True, b"USER x")])
    assert found is None


@given(st.data())
@settings(deadline=None, max_examples=40)
def test_any_portions_give_the_same_connection(data):
    flights = data.draw(st.sampled_from((tls_1_2_flights(), tls_1_3_flights())))
    cut = []
    for from_originator, flight in flights:
        rest = flight
        while rest:
            size = data.draw(st.integers(1, 400))
            cut.append((from_originator, rest[:size]))
            rest = rest[size:]
    whole, portions = read(flights), read(cut)
    for field in ("version", "cipher", "curve", "history", "established", "server_name"):
        assert getattr(portions, field) == getattr(whole, field)
    assert [chain.certificates for chain in portions.server_chains] == [
        chain.certificates for chain in whole.server_chains
    ]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=8), st.booleans())
@settings(deadline=None, max_examples=200)
def test_any_bytes_can_be_read(segments, datagrams):
    stream = TlsStream(datagrams)
    for from_originator, data in segments:
        feed(stream, Segment(1, from_originator, data))
    assert stream.result() is None or stream.result().time_ns == 1


@given(st.integers(0, 500), st.integers(0, 255), st.integers(0, 1))
@settings(deadline=None, max_examples=200)
def test_mutated_handshakes_can_be_read(position, value, flight):
    flights = [list(pair) for pair in tls_1_2_flights()]
    data = bytearray(flights[flight][1])
    data[position % len(data)] = value
    flights[flight][1] = bytes(data)
    found = read(flights)
    assert found is None or len(found.history) <= 100
