"""Which first payloads may be the beginning of TLS."""

import numpy as np
import pytest

from capture.builtin.tls.detect import may_carry_tls
from capture.builtin.tls.openings import OVER_TCP, OVER_UDP
from tests.capture.builtin.tls.handshakes import tls_1_2_flights

TCP, UDP = 6, 17


def judge(*payloads: tuple[bytes, bool, int, int]) -> list[bool]:
    """Judge first payloads, each with whether the originator sent it, responder port, protocol."""
    first = np.zeros((len(payloads), 16), dtype=np.uint8)
    for row, (data, *_) in enumerate(payloads):
        part = data[:16]
        first[row, : len(part)] = np.frombuffer(part, dtype=np.uint8)
    return may_carry_tls(
        first,
        np.array([min(16, len(data)) for data, *_ in payloads]),
        np.array([port for *_, port, _ in payloads]),
        np.array([side for _, side, *_ in payloads], dtype=bool),
        np.array([protocol for *_, protocol in payloads], dtype=np.uint8),
    ).tolist()


def test_real_handshake():
    client, server = tls_1_2_flights()[:2]
    assert judge((client[1], True, 1234, TCP), (server[1], False, 1234, TCP)) == [True, True]


@pytest.mark.parametrize(
    ("data", "from_originator"),
    [
        (b"\x80\x67\x01\x03\x01\0\x4e", True),
        (b"\x15\x03\x01\0\x02\x02\x46", False),
        (b"220 mail", False),
        (b"* OK IMAP", False),
        (b"+OK", False),
        (b":irc.example NOTICE", False),
        (b"CAP LS", True),
        (b"STARTTLS", True),
        (b"<?xml version", True),
        (b"CONNECT a:443 HTTP/1.1", True),
        (b"\x04\x01\x01\xbb", True),
        (b"\x05\x01\0", True),
        (bytes.fromhex("0000000804d2162f"), True),
        (b"\x4a\0\0\0\x0a8.0.36", False),
        (b"\x03\0\0\x13\x0e\xe0\0\0", True),
        (b"\x30\x1d\x02\x01\x01\x77\x18", True),
        (b"\x30\x84\0\0\0\x1d\x02\x01", True),
    ],
)
def test_beginnings_over_tcp(data, from_originator):
    assert judge((data, from_originator, 1234, TCP), (data, from_originator, 1234, UDP)) == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1", b"SSH-2.0-x", bytes(16), b"\x17\x03\x03\0\x10"]
)
def test_other_beginnings(data):
    assert judge((data, True, 1234, TCP), (data, False, 1234, TCP)) == [False, False]


def test_beginnings_of_the_other_side_do_not_count():
    assert judge((b"220 mail", True, 25, TCP), (b"\x05\x01\0\x05\0\0", False, 1080, TCP)) == [
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("content_type", "counts"), [(20, True), (23, True), (30, True), (31, False)]
)
def test_any_record_counts_on_a_port_of_tls(content_type, counts):
    data = bytes((content_type,)) + b"\x03\x03\0\x10"
    assert judge((data, True, 443, TCP), (data, True, 80, TCP)) == [counts, False]


def test_short_payload_is_judged_by_what_it_has():
    assert judge(
        (b"\x16", True, 1234, TCP), (b"\x16\x03\x01", True, 1234, TCP), (b"", True, 443, TCP)
    ) == [True, True, False]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x16\xfe\xfd" + bytes(10) + b"\x01", True),
        (b"\x16\xfe\xff" + bytes(10) + b"\x01", True),
        (b"\0\x01\0\0\x21\x12\xa4\x42", True),
        (b"\xc0\0\0\0\x01quic", False),
    ],
)
def test_beginnings_over_udp(data, expected):
    assert judge((data, True, 443, UDP)) == [expected]


@pytest.mark.parametrize(("epoch", "counts"), [(0, True), (1, False)])
def test_any_record_in_clear_counts_on_the_port_of_dtls(epoch, counts):
    data = b"\x15\xfe\xfd" + epoch.to_bytes(2, "big") + bytes(6) + b"\0\2\2\x28"
    assert judge((data, False, 443, UDP), (data, False, 80, UDP)) == [counts, False]


def test_other_transport_protocols_are_nothing():
    assert judge((tls_1_2_flights()[0][1], True, 443, 1)) == [False]


def test_nothing_to_judge():
    assert judge() == []


def test_every_opening_fits_into_the_bytes_looked_at():
    assert max(len(opening.octets) for opening in (*OVER_TCP, *OVER_UDP)) <= 16
