"""Framing of handshake messages, certificate lists, named curves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.handshake import (
    LONGEST_MESSAGE,
    SHORTEST_CERTIFICATE,
    HandshakeMessages,
    certificates_of,
    named_curve_of,
)
from capture.builtin.tls.hello import MalformedMessageError
from tests.capture.builtin.tls.handshakes import certificate_message, message

ECDHE = 0xC02F


def test_messages_over_several_records():
    messages = HandshakeMessages()
    both = message(1, b"first") + message(14, b"")
    assert messages.cut(both[:7]) == []
    assert messages.cut(both[7:]) == [(1, b"first"), (14, b"")]


def test_message_longer_than_a_megabyte_is_given_up():
    messages = HandshakeMessages()
    messages.cut(b"\x0b" + LONGEST_MESSAGE.to_bytes(3, "big"))
    assert messages.broken
    assert messages.cut(message(14, b"")) == []


@given(st.lists(st.binary(max_size=60), max_size=8), st.data())
@settings(deadline=None, max_examples=100)
def test_any_portions_give_the_same_messages(bodies, data):
    stream = b"".join(message(1, body) for body in bodies)
    messages, found, offset = HandshakeMessages(), [], 0
    while offset < len(stream):
        size = data.draw(st.integers(1, 60))
        found += messages.cut(stream[offset : offset + size])
        offset += size
    assert found == [(1, body) for body in bodies]


def test_certificates_in_order():
    leaf, issuer = b"leaf".ljust(80), b"issuer".ljust(SHORTEST_CERTIFICATE)
    assert certificates_of(certificate_message(leaf, issuer)[4:]) == [leaf, issuer]


@pytest.mark.parametrize(
    "body",
    [
        b"\0\0\0",
        certificate_message(b"")[4:],
        certificate_message(*[bytes(SHORTEST_CERTIFICATE - 1)] * 1000)[4:],
    ],
)
def test_no_certificates(body):
    assert certificates_of(body) == []


def test_very_long_chain():
    assert len(certificates_of(certificate_message(*[bytes(90)] * 10_000)[4:])) == 10_000


@pytest.mark.parametrize("body", [b"", b"\0\0\x09abc", b"\0\0\x05\0\0\x09ab", b"\0\0\x02\0\0"])
def test_cut_certificate_is_malformed(body):
    with pytest.raises(MalformedMessageError):
        certificates_of(body)


@pytest.mark.parametrize(
    ("body", "suite", "curve"),
    [
        (b"\x03\0\x1d\x20", ECDHE, 29),
        (b"\x03\0\x17\x41", 0xC015, 23),
        (b"\x03\0\x1d", ECDHE, None),
        (b"\x01\0\x1d\x20", ECDHE, None),
        (b"\x03\0\x1d\x20", 0x009E, None),
        (b"\x03\0\x1d\x20", None, None),
    ],
)
def test_named_curve(body, suite, curve):
    assert named_curve_of(body, suite) == curve
