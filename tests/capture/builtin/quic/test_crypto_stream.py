"""Putting handshake bytes in order."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.quic.crypto_stream import LONGEST_STREAM, CryptoStream
from capture.builtin.quic.frames import CryptoFrame

TEXT = bytes(range(200))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 199), max_size=12),
    st.lists(st.tuples(st.integers(0, 199), st.integers(1, 60)), max_size=8),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_pieces_in_any_order_some_of_them_overlapping(cuts, more, at_once, random):
    bounds = [0, *sorted(set(cuts)), len(TEXT)]
    pieces = list(itertools.pairwise(bounds))
    pieces += [(start, min(start + size, len(TEXT))) for start, size in more]
    random.shuffle(pieces)
    frames = [CryptoFrame(start, TEXT[start:end]) for start, end in pieces]
    stream = CryptoStream()
    got = b"".join(
        stream.add(frames[begin : begin + at_once]) for begin in range(0, len(frames), at_once)
    )
    assert got == TEXT


def test_nothing_comes_before_what_is_missing():
    stream = CryptoStream()
    assert stream.add([CryptoFrame(2, b"cd")]) == b""
    assert stream.add([CryptoFrame(0, b"ab")]) == b"abcd"
    assert stream.add([CryptoFrame(0, b"abcd")]) == b""


def test_of_two_pieces_from_one_position_the_longer_counts():
    stream = CryptoStream()
    frames = [CryptoFrame(1, b"bc"), CryptoFrame(1, b"bcde"), CryptoFrame(1, b"b")]
    assert stream.add(frames) == b""
    assert stream.add([CryptoFrame(0, b"a")]) == b"abcde"


def test_bytes_beyond_the_longest_stream_are_left_out():
    stream = CryptoStream()
    assert stream.add([CryptoFrame(1 << 61, b"far")]) == b""
    assert len(stream.add([CryptoFrame(0, bytes(LONGEST_STREAM))])) == LONGEST_STREAM
    assert stream.add([CryptoFrame(LONGEST_STREAM, b"more")]) == b""


def test_the_number_of_pieces_that_wait_is_limited():
    stream = CryptoStream()
    stream.add(CryptoFrame(offset, b"x") for offset in range(1, 60_001, 2))
    got = [stream.add([CryptoFrame(offset, b"y")]) for offset in range(0, 60_001, 2)]
    assert b"".join(got) == b"yx" * 128 + b"y"
