"""Bytes that are missing from a TCP stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.tcp.holes import UNACKNOWLEDGED_LIMIT, Holes

PIECES = st.lists(st.tuples(st.integers(1, 120), st.integers(1, 30)), max_size=20)


@given(PIECES, st.integers(1, 160))
def test_what_was_never_stored_is_missing(pieces: list[tuple[int, int]], position: int) -> None:
    holes, stored = Holes(1), set[int]()
    for start, length in pieces:
        holes.store(start, start + length)
        stored.update(range(start, start + length))
    missing, _ = holes.acknowledge(position)
    assert missing == len(set(range(1, position)) - stored)
    assert holes.frontier >= position


@given(PIECES)
def test_waiting_pieces_stay_apart_and_in_order(pieces: list[tuple[int, int]]) -> None:
    holes = Holes(1)
    for start, length in pieces:
        holes.store(start, start + length)
    bounds = [holes.frontier, *(bound for piece in holes.waiting for bound in piece)]
    assert bounds == sorted(set(bounds))


def test_each_hole_counts() -> None:
    holes = Holes(1)
    holes.store(5, 7)
    holes.store(9, 11)
    assert holes.acknowledge(13) == (8, 3)


def test_holes_are_closed_once_filled() -> None:
    holes = Holes(1)
    holes.store(5, 9)
    assert not holes.are_closed()
    holes.store(1, 5)
    assert holes.are_closed()
    assert holes.frontier == 9


def test_nothing_is_missing_where_the_other_direction_is_not_captured() -> None:
    holes = Holes(1)
    holes.store(100, 101 + UNACKNOWLEDGED_LIMIT)
    holes.give_up_unless_acknowledged(1)
    assert holes.given_up
    assert holes.acknowledge(50_000) == (0, 0)
