"""Connections that a protocol is read from, packet by packet, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from capture.builtin.connection import Connection
from capture.builtin.flows.connection_table import Connections, take_rows
from capture.builtin.flows.protocols import READ, OpenStream, Protocols
from capture.builtin.flows.rows import connection_columns
from capture.builtin.flows.runs import Booleans, Indices, run_bounds


class Runs(NamedTuple):
    """Connections, each by its row, and where what arrived at it begins and ends."""

    rows: Indices
    starts: Indices
    ends: Indices

    def take(self, where: Booleans) -> Runs:
        """Return some of the connections."""
        return Runs(self.rows[where], self.starts[where], self.ends[where])


def runs_of(rows: Indices) -> Runs:
    """Return the connections that arrivals belong to; ``rows`` has an entry an arrival."""
    starts, ends = run_bounds(rows)
    return Runs(rows[starts], starts, ends)


def are_read(connections: Connections) -> Booleans:
    """Return from which connections a protocol is read."""
    return np.isin(connections["stream"], READ)


def open_streams(
    runs: Runs, frontiers: Indices, connections: Connections, protocols: Protocols
) -> Iterator[tuple[int, OpenStream, range]]:
    """Yield the row of each connection, its stream, opened if need be, and what arrived at it.

    ``frontiers`` says for each connection, shape (n, 2), where both its streams stood before that.
    """
    serials = connections["serial"][runs.rows]
    new = ~protocols.are_open(serials)
    table = take_rows(connections, runs.rows[new])
    openings = zip(
        map(Connection, *connection_columns(table)),
        table["stream"].tolist(),
        frontiers[new].tolist(),
        strict=True,
    )
    bounds = map(range, runs.starts.tolist(), runs.ends.tolist())
    each = zip(runs.rows.tolist(), serials.tolist(), new.tolist(), bounds, strict=True)
    for row, serial, is_new, within in each:
        if is_new:
            identity, protocol, (first, second) = next(openings)
            protocols.open(serial, identity, protocol, (first, second))
        stream = protocols.stream(serial)
        if stream is not None:
            yield row, stream, within
