"""Flows that may still go on, of which a flood may open a million."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.grouping import Keys
from capture.builtin.flows.open_connections import move_rows
from capture.builtin.flows.runs import Booleans, Indices
from module3.flow_state import STATE, States, chosen, joined, new_states, overwrite

_SMALL_PIECE: Final = 1 << 13


class OpenFlows:
    """Flows in pieces, so that what changes a few of them does not copy all."""

    def __init__(self) -> None:
        self._pieces: list[States] = []

    def __len__(self) -> int:
        """Return the number of flows."""
        return sum(map(len, self._pieces))

    def keys_of_all(self) -> Keys:
        """Return the keys of the flows, which are numbered through."""
        keys: NDArray[np.uint64] = np.concatenate(
            [np.empty((0, 5), dtype=np.uint64), *(piece["key"] for piece in self._pieces)]
        )
        return tuple(keys.T)

    def add(self, states: States) -> None:
        """Add flows behind those that are there; small pieces become one."""
        if len(states) >= _SMALL_PIECE:
            self._pieces.append(states)
            return
        small = [piece for piece in self._pieces if len(piece) < _SMALL_PIECE]
        large = [piece for piece in self._pieces if len(piece) >= _SMALL_PIECE]
        self._pieces = [*large, joined(*small, states)]

    def take_out(self, rows: Indices) -> States:
        """Remove the flows of these numbers, and return them in the order asked for."""
        taken = new_states(len(rows))
        move_rows(self._pieces, rows, taken)
        return taken

    def remove(self, condition: Callable[[States], Booleans]) -> States:
        """Remove the flows for which a condition holds, and return them."""
        removed = []
        for number, piece in enumerate(self._pieces):
            out = condition(piece)
            if out.any():
                removed.append(chosen(piece, out))
                self._pieces[number] = chosen(piece, ~out)
        return joined(new_states(0), *removed)

    def remove_oldest(self, count: int) -> States:
        """Remove so many flows that began first, and those that began with the last of them."""
        if count <= 0:
            return new_states(0)
        begun = np.concatenate([piece["first_time"] for piece in self._pieces])
        last = np.partition(begun, count - 1)[count - 1]
        return self.remove(lambda states: states["first_time"] <= last)

    def remove_all(self) -> States:
        """Remove all flows, and return them; a piece is gone as soon as it is copied."""
        whole = np.empty(len(self), dtype=STATE)
        begin = 0
        while self._pieces:
            piece = self._pieces.pop(0)
            overwrite(whole, slice(begin, begin + len(piece)), piece)
            begin += len(piece)
        return whole
