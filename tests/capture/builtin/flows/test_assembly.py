"""Byte streams put in order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.assembly import MOST_WAITING, Assembly

TEXT = bytes(range(256)) * 2


@st.composite
def shuffled_pieces(draw: st.DrawFn) -> list[tuple[int, bytes]]:
    """Pieces that cover TEXT from position 1, with repetitions and overlaps, in any order."""
    cuts = sorted({0, len(TEXT), *draw(st.lists(st.integers(0, len(TEXT)), max_size=12))})
    pieces = [
        (1 + begin, TEXT[begin : end + draw(st.integers(0, 9))]) for begin, end in pairwise(cuts)
    ]
    return draw(st.permutations(pieces + draw(st.lists(st.sampled_from(pieces), max_size=4))))


@given(shuffled_pieces())
def test_any_order_gives_the_same_bytes(pieces: list[tuple[int, bytes]]) -> None:
    assembly = Assembly()
    delivered = [data for start, part in pieces for data in assembly.store(0, start, part)]
    assert b"".join(delivered) == TEXT
    assert not assembly.overflowed


def test_data_above_a_hole_waits_for_what_is_missing() -> None:
    assembly = Assembly()
    assert assembly.store(0, 4, b"def") == []
    assert assembly.store(0, 1, b"abc") == [b"abc", b"def"]


def test_the_sides_do_not_wait_for_each_other() -> None:
    assembly = Assembly()
    assert assembly.store(0, 4, b"def") == []
    assert assembly.store(1, 1, b"x") == [b"x"]


def test_repeated_bytes_are_delivered_once() -> None:
    assembly = Assembly()
    assert assembly.store(0, 1, b"abc") == [b"abc"]
    assert assembly.store(0, 1, b"abc") == []
    assert assembly.store(0, 2, b"bcd") == [b"d"]


def test_giving_up_reports_each_hole_and_delivers_what_lies_between() -> None:
    assembly = Assembly()
    assembly.store(0, 3, b"cd")
    assembly.store(0, 7, b"gh")
    assert assembly.give_up(0, 11) == [(2, b"cd"), (2, b"gh"), (2, b"")]
    assert assembly.store(0, 11, b"k") == [b"k"]


def test_giving_up_below_what_was_delivered_changes_nothing() -> None:
    assembly = Assembly()
    assembly.store(0, 1, b"abc")
    assert assembly.give_up(0, 3) == []


def test_a_later_start_drops_what_came_before_it() -> None:
    assembly = Assembly((3, 1))
    assert assembly.store(0, 1, b"abcd") == [b"cd"]


def test_too_much_waiting_data_is_noticed() -> None:
    assembly = Assembly()
    for number in range(MOST_WAITING // 1024 + 1):
        assembly.store(0, 2 + number * 1024, bytes(1024))
    assert assembly.overflowed


def test_very_many_pieces_in_the_worst_order_are_put_in_order() -> None:
    assembly, number = Assembly(), 100_000
    for position in range(number, 1, -1):
        assert assembly.store(0, position, b"x") == []
    assert len(b"".join(assembly.store(0, 1, b"x"))) == number


def test_very_many_holes_are_given_up_one_by_one() -> None:
    assembly, number = Assembly(), 50_000
    for position in range(2 * number, 1, -2):
        assembly.store(0, position, b"x")
    assert assembly.give_up(0, 2 * number + 1) == [(1, b"x")] * number
