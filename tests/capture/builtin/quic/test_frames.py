"""CRYPTO frames between frames of other kinds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.quic.frames import crypto_frames
from tests.capture.builtin.quic.packet_bytes import crypto_frame, integer
from tests.capture.builtin.quic.published_packets import CLIENT_PAYLOAD, SERVER_PAYLOAD

HELLO = crypto_frame(0, b"hello")
ACK = b"\x02" + integer(3) + integer(100) + integer(1) + integer(0) + integer(1) * 2
ACK_WITH_ECN_COUNTS = b"\x03" + integer(3) + integer(0) + integer(0) + integer(3) * 4
CONNECTION_CLOSE = b"\x1c" + integer(0x128) + integer(0) + integer(0)


def test_published_payloads():
    (client,) = crypto_frames(CLIENT_PAYLOAD)
    assert (client.offset, len(client.data), client.data[:1]) == (0, 241, b"\x01")
    (server,) = crypto_frames(SERVER_PAYLOAD)
    assert (server.offset, len(server.data), server.data[:1]) == (0, 90, b"\x02")


def test_other_frames_are_passed_over():
    payload = (
        b"\0\0\1" + ACK + HELLO + ACK_WITH_ECN_COUNTS + b"\1\0" + crypto_frame(5, b"!") + b"\0"
    )
    assert crypto_frames(payload) == [(0, b"hello"), (5, b"!")]


def test_reading_ends_at_a_frame_that_is_not_for_initial_packets():
    for frame in (CONNECTION_CLOSE, b"\x08stream", b"\x40\x06"):
        assert crypto_frames(HELLO + frame + HELLO) == [(0, b"hello")]


def test_what_comes_before_a_frame_cut_off_is_kept():
    for frame in (HELLO, ACK, ACK_WITH_ECN_COUNTS):
        for size in range(1, len(frame)):
            assert crypto_frames(HELLO + frame[:size]) == [(0, b"hello")]


def test_an_acknowledgement_of_absurdly_many_ranges():
    many = b"\x02" + integer(0) + integer(0) + b"\xff" * 8
    assert crypto_frames(many + bytes(1000)) == []


def test_the_number_of_frames_is_limited():
    assert len(crypto_frames(b"\x06\0\0" * 20_000)) == 128


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes(payload):
    assert sum(len(frame.data) for frame in crypto_frames(payload)) <= len(payload)
