"""Open connections in pieces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from capture.builtin.flows import open_connections
from capture.builtin.flows.connection_table import Connections, new_connections
from capture.builtin.flows.open_connections import OpenConnections


def numbered(serials: Sequence[int]) -> Connections:
    connections = new_connections(len(serials))
    connections["serial"] = serials
    return connections


def serials(pieces: Sequence[Connections]) -> list[int]:
    return [serial for piece in pieces for serial in piece["serial"].tolist()]


@pytest.fixture
def in_three_pieces(monkeypatch: pytest.MonkeyPatch) -> OpenConnections:
    monkeypatch.setattr(open_connections, "_SMALL_PIECE", 2)
    open_ = OpenConnections(numbered([0, 1, 2]))
    open_.add([numbered([3, 4])])
    open_.add([numbered([5])])
    assert len(list(open_)) == 3
    return open_


def test_rows_are_taken_out_of_all_pieces_in_the_order_asked_for(
    in_three_pieces: OpenConnections,
) -> None:
    assert serials([in_three_pieces.take_out(np.array([5, 0, 3, 2]))]) == [5, 0, 3, 2]
    assert serials(list(in_three_pieces)) == [1, 4]
    assert len(in_three_pieces) == 2


def test_small_pieces_become_one(in_three_pieces: OpenConnections) -> None:
    in_three_pieces.take_out(np.array([4]))
    in_three_pieces.add([numbered([6]), numbered([7])])
    assert [piece["serial"].tolist() for piece in in_three_pieces] == [[0, 1, 2], [3, 5, 6, 7]]


def test_what_a_condition_holds_for_is_removed(in_three_pieces: OpenConnections) -> None:
    odd = list(in_three_pieces.remove(lambda rows: rows["serial"] % 2 == 1))
    assert (serials(odd), serials(list(in_three_pieces))) == ([1, 3, 5], [0, 2, 4])


def test_all_rows_are_removed(in_three_pieces: OpenConnections) -> None:
    assert serials(list(in_three_pieces.remove_all())) == [0, 1, 2, 3, 4, 5]
    assert len(in_three_pieces) == 0
