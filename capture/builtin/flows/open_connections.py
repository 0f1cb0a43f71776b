"""Connections that may still go on, of which there may be millions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from capture.builtin.flows.connection_table import (
    Connections,
    join_rows,
    new_connections,
    put_rows,
    split_rows,
    take_rows,
)
from capture.builtin.flows.runs import Booleans, Indices

_SMALL_PIECE: Final = 1 << 15


class OpenConnections:
    """Rows in pieces, so that what changes a few of them does not copy all."""

    def __init__(self, *pieces: Connections) -> None:
        self._pieces: list[Connections] = []
        self.add(pieces)

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(map(len, self._pieces))

    def __iter__(self) -> Iterator[Connections]:
        """Yield the pieces, whose rows are numbered through."""
        return iter(self._pieces)

    def add(self, parts: Sequence[Connections]) -> None:
        """Add rows behind those that are there; small pieces become one."""
        small = [piece for piece in self._pieces if len(piece) < _SMALL_PIECE]
        large = [piece for piece in self._pieces if len(piece) >= _SMALL_PIECE]
        self._pieces = [*large, join_rows([new_connections(0), *small, *parts])]

    def take_out(self, rows: Indices) -> Connections:
        """Remove the rows of these numbers, and return them in the order asked for."""
        taken = new_connections(len(rows))
        move_rows(self._pieces, rows, taken)
        return taken

    def remove(self, condition: Callable[[Connections], Booleans]) -> Iterator[Connections]:
        """Remove the rows for which a condition holds, and yield them piece by piece."""
        for number, piece in enumerate(self._pieces):
            removed, self._pieces[number] = split_rows(piece, condition(piece))
            yield removed

    def update(self, serials: Sequence[int], column: str, value: int) -> None:
        """Set a column of the connections with these serial numbers."""
        if serials:
            for piece in self._pieces:
                piece[column][np.isin(piece["serial"], serials)] = value

    def remove_all(self) -> Iterator[Connections]:
        """Remove all rows, and yield them piece by piece."""
        while self._pieces:
            yield self._pieces.pop(0)


def move_rows(pieces: list[Connections], rows: Indices, taken: Connections) -> None:
    """Move the rows of these numbers, counted through all pieces, to ``taken`` in their order.

    The rows may be of any structured type.
    """
    begin = 0
    for number, piece in enumerate(pieces):
        wanted = np.flatnonzero((rows >= begin) & (rows < begin + len(piece)))
        if len(wanted):
            out = np.zeros(len(piece), dtype=np.bool_)
            out[rows[wanted] - begin] = True
            put_rows(taken, wanted, take_rows(piece, rows[wanted] - begin))
            pieces[number] = take_rows(piece, ~out)
        begin += len(piece)
