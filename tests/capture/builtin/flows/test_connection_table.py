"""Whole rows of connections: taken, put and joined like NumPy does, columns and all."""

from __future__ import annotations

import numpy as np

from capture.builtin.flows.connection_table import (
    Connections,
    join_rows,
    new_connections,
    put_rows,
    take_rows,
)


def numbered(count: int) -> Connections:
    rows = new_connections(count)
    rows["serial"] = np.arange(count)
    rows["position"][:, 1] = np.arange(count) * 10
    return rows


def test_rows_are_taken_by_index_and_by_mask() -> None:
    rows = numbered(4)
    mask = np.array([True, False, False, True])
    assert (take_rows(rows, mask) == rows[mask]).all()
    index = np.array([2, 0, 2])
    assert (take_rows(rows, index) == rows[index]).all()
    assert len(take_rows(rows, np.zeros(4, dtype=np.bool_))) == 0


def test_taken_rows_are_copies() -> None:
    rows = numbered(2)
    take_rows(rows, np.array([0]))["serial"] = 7
    assert rows["serial"].tolist() == [0, 1]


def test_rows_are_put_in_place_with_all_their_columns() -> None:
    rows = new_connections(3)
    put_rows(rows, np.array([2, 0]), numbered(2))
    assert rows["serial"].tolist() == [1, 0, 0]
    assert rows["position"].tolist() == [[0, 10], [0, 0], [0, 0]]


def test_joined_rows_keep_order_and_columns() -> None:
    joined = join_rows([numbered(2), new_connections(0), numbered(1)])
    assert joined.dtype == numbered(1).dtype
    assert joined["serial"].tolist() == [0, 1, 0]
    assert joined["position"][:, 1].tolist() == [0, 10, 0]
