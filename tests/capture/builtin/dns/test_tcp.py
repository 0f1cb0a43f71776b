import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.dns.tcp import DnsTcpStream
from capture.builtin.segment import Segment
from tests.capture.builtin.dns.message_bytes import query, reply


def framed(*messages: bytes) -> bytes:
    return b"".join(len(message).to_bytes(2, "big") + message for message in messages)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(places)]


@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(st.integers(0, 1 << 16), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_segmentation_gives_the_same_messages(messages: list[bytes], cuts: list[int]) -> None:
    stream = DnsTcpStream()
    got = []
    for time, piece in enumerate(pieces(framed(*messages), cuts)):
        got += [found.data for found in stream.feed(Segment(time, True, piece))]
    assert got == messages
    assert stream.flush() == []


def test_both_directions_are_apart_and_times_are_those_of_the_last_byte() -> None:
    stream = DnsTcpStream()
    asked = framed(query())
    assert stream.feed(Segment(1, True, asked[:5])) == []
    assert stream.feed(Segment(2, False, framed(reply()))) == [Segment(2, False, reply())]
    assert stream.feed(Segment(3, True, asked[5:])) == [Segment(3, True, query())]


def test_after_lost_bytes_that_direction_gives_nothing_more() -> None:
    stream = DnsTcpStream()
    stream.feed(Segment(1, True, framed(query())[:9]))
    assert stream.feed(Segment(2, True, framed(query()), missing=30)) == []
    assert stream.feed(Segment(3, True, framed(query()))) == []
    assert stream.feed(Segment(4, False, framed(reply()))) == [Segment(4, False, reply())]
    assert stream.flush() == []


def test_cut_off_message_comes_at_the_end() -> None:
    stream = DnsTcpStream()
    stream.feed(Segment(1, True, framed(query())[:20]))
    assert stream.flush() == [Segment(1, True, query()[:18])]
    assert stream.flush() == []
