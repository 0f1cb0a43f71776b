"""Cutting streams into frames."""

from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.frames import Frames


class Letters(Frames):
    """Frames of a length byte and that many more; 255 cannot begin a frame."""

    header = 1
    limit = 200

    def length_of(self, data: bytes, offset: int) -> int:
        return 0 if data[offset] == 255 else 1 + data[offset]


def test_several_frames_at_once():
    assert Letters().feed(b"\x01a\0\x02bc") == [b"\x01a", b"\0", b"\x02bc"]


def test_frame_in_portions():
    frames = Letters()
    assert frames.feed(b"\x03") == []
    assert frames.feed(b"ab") == []
    assert frames.feed(b"c\x01") == [b"\x03abc"]
    assert frames.feed(b"d") == [b"\x01d"]


def test_frame_that_cannot_be_one_ends_the_reading():
    frames = Letters()
    assert frames.feed(b"\x01a\xff\x01b") == [b"\x01a"]
    assert frames.broken
    assert frames.feed(b"\x01c") == []


def test_frame_longer_than_the_limit_ends_the_reading():
    frames = Letters()
    assert frames.feed(b"\xfa") == []
    assert frames.broken


@given(st.lists(st.binary(max_size=199), max_size=8), st.data())
@settings(deadline=None, max_examples=100)
def test_any_portions_give_the_same_frames(bodies, data):
    whole = [bytes((len(body),)) + body for body in bodies]
    stream = b"".join(whole)
    frames, found, offset = Letters(), [], 0
    while offset < len(stream):
        size = data.draw(st.integers(1, 60))
        found += frames.feed(stream[offset : offset + size])
        offset += size
    assert found == whole
