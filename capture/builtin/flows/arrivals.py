"""What packets bring to the streams of their connections."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import (
    Booleans,
    Indices,
    first_of_run,
    ranges,
    run_starts,
    running_maximum,
)
from capture.builtin.segment import InOrder

PAYLOAD: Final = -1
_MOST_PACKETS: Final = 64  # of one connection: few handshakes take more


class Arrivals:
    """What packets bring, in the order of connections and time; one entry an arrival.

    ``gap_side`` is -1 for payload. Otherwise the packet acknowledges bytes of that side which the
    capture lacks. ``position`` is where the payload begins in its stream, or up to where bytes are
    acknowledged. Memory views, because most elements are never looked at, the others singly.
    """

    def __init__(
        self,
        block: PacketBlock,
        row: Indices,
        entry: Indices,
        side: Booleans,
        time: NDArray[np.int64],
        gap_side: NDArray[np.int8],
        position: NDArray[np.int64],
    ) -> None:
        self.row = row
        self.begin = block.payload_offset[entry]
        size = np.minimum(block.payload_length[entry], block.payload_captured[entry])
        self.end = self.begin + size
        self.data = block.data
        self._columns = side, time, gap_side, position
        self.side, self.time = side.data, time.data
        self.gap_side, self.position = gap_side.data, position.data
        self._begin, self._end, self._data = self.begin.data, self.end.data, self.data.data

    def take(
        self, at: Indices
    ) -> tuple[Booleans, NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
        """Return side, time, gap_side and position of arrivals."""
        side, time, gap_side, position = self._columns
        return side[at], time[at], gap_side[at], position[at]

    def payload(self, at: int) -> bytes:
        """Return the captured payload of an arrival's packet."""
        return self._data[self._begin[at] : self._end[at]].tobytes()


def payload_in_order(
    arrivals: Arrivals, starts: Indices, ends: Indices, frontiers: Indices, originators: Indices
) -> InOrder:
    """Return what connections bring before anything is missing or out of order.

    The arrivals of a connection are those from its ``starts`` to its ``ends``; ``frontiers`` say,
    shape (n, 2), where both of its streams stand before them. What brings nothing new is left out.
    """
    ends = np.minimum(ends, starts + _MOST_PACKETS)
    at = ranges(starts, ends)
    connection = np.repeat(np.arange(len(starts)), ends - starts)
    side, time, gap_side, position = arrivals.take(at)
    begin, end = arrivals.begin[at], arrivals.end[at]
    reached = position + end - begin
    frontier = frontiers[connection, side.astype(np.int64)]
    expected = _reached_before(connection * 2 + side, reached, frontier)
    is_payload = gap_side == PAYLOAD
    repeated = is_payload & (reached <= expected)
    irregular = ~repeated & ~(is_payload & (position == expected))
    so_far = np.cumsum(irregular)
    first = np.flatnonzero(first_of_run(connection))
    before = np.repeat(so_far[first] - irregular[first], ends - starts)
    kept = np.flatnonzero((so_far == before) & ~repeated)
    return InOrder(
        data=arrivals.data,
        connections=len(starts),
        connection=connection[kept],
        from_originator=(side == originators[connection])[kept],
        time_ns=time[kept],
        begin=begin[kept],
        end=end[kept],
    )


def datagrams_in_order(
    arrivals: Arrivals, starts: Indices, ends: Indices, originators: Indices
) -> InOrder:
    """Return all that arrived at connections from their ``starts`` to their ``ends``."""
    at = ranges(starts, ends)
    connection = np.repeat(np.arange(len(starts)), ends - starts)
    side, time, _, _ = arrivals.take(at)
    return InOrder(
        data=arrivals.data,
        connections=len(starts),
        connection=connection,
        from_originator=side == originators[connection],
        time_ns=time,
        begin=arrivals.begin[at],
        end=arrivals.end[at],
    )


def _reached_before(stream: Indices, reached: Indices, frontier: Indices) -> Indices:
    """Return the highest position that each packet's stream reached before it."""
    order = np.argsort(stream, kind="stable")
    starts = run_starts(stream[order])
    frontier = frontier[order]
    highest = running_maximum(np.maximum(reached[order], frontier), starts)
    before = np.empty_like(highest)
    before[order[1:]] = highest[:-1]
    before[order[starts]] = frontier[starts]
    return before
