"""Payload captured out of order: which bytes were missing when they were acknowledged."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from capture.builtin.flows.connection_table import Connections
from capture.builtin.flows.runs import Indices, run_bounds
from capture.builtin.flows.tcp.packets import TcpPackets
from capture.builtin.flows.tcp.sequence import Positions
from capture.builtin.flows.tcp.stream import Stream, delivered_before

# As much payload above a hole without any acknowledgement means that the other direction is not in
# the capture; Zeek stops reassembling then.
UNACKNOWLEDGED_LIMIT: Final = 16384
# Pieces that one stream may have waiting. A further one takes time in proportion to them.
MOST_PIECES: Final = 1 << 16


@dataclass
class Holes:
    """A stream of which some bytes have not been seen: what is delivered, what waits above."""

    frontier: int
    waiting: list[tuple[int, int]] = field(default_factory=list)  # disjoint, in order
    given_up: bool = False

    def store(self, start: int, end: int) -> None:
        """Take payload at positions ``[start, end)``."""
        if start > self.frontier:
            self._keep(start, end)
        elif end > self.frontier:
            self.frontier = end
            self._deliver_waiting()

    def acknowledge(self, position: int) -> tuple[int, int]:
        """Give up what is missing below ``position``; return how many bytes in how many holes."""
        missing = holes = 0
        while position > self.frontier:
            until = min(position, self.waiting[0][0]) if self.waiting else position
            missing += until - self.frontier
            holes += 1
            self.frontier = until
            self._deliver_waiting()
        return (0, 0) if self.given_up else (missing, holes)

    def are_closed(self) -> bool:
        """Return whether nothing waits above a hole."""
        return not self.waiting and not self.given_up

    def give_up_unless_acknowledged(self, acknowledged: int) -> None:
        """Stop reassembling if much waits above a hole and nothing was ever acknowledged."""
        if acknowledged > 1 or not self.waiting:
            return
        if self.waiting[-1][1] - self.frontier > UNACKNOWLEDGED_LIMIT:
            self.give_up()

    def give_up(self) -> None:
        """Stop reassembling."""
        self.waiting.clear()
        self.given_up = True

    def have_too_many_pieces(self) -> bool:
        """Return whether more waits than a stream may have."""
        return len(self.waiting) > MOST_PIECES

    def _keep(self, start: int, end: int) -> None:
        at = bisect_left(self.waiting, (start, start))
        if at and self.waiting[at - 1][1] >= start:
            at -= 1
            start = self.waiting[at][0]
        last = at
        while last < len(self.waiting) and self.waiting[last][0] <= end:
            end = max(end, self.waiting[last][1])
            last += 1
        self.waiting[at:last] = [(start, end)]

    def _deliver_waiting(self) -> None:
        delivered = 0
        for start, end in self.waiting:
            if start > self.frontier:
                break
            self.frontier = max(self.frontier, end)
            delivered += 1
        del self.waiting[:delivered]


class _Walk:
    """Packets one by one, those of a stream with holes; memory views, which give plain numbers."""

    def __init__(self, packets: TcpPackets, stream: Stream) -> None:
        sent, acknowledgements = stream.sent, stream.acknowledgements
        self._stream = stream
        self.given_up = 0  # streams of too many pieces
        self.first = packets.first.data
        self.frontier = stream.frontier.data
        self._length = packets.length.data
        self._own = sent.index.data
        self._stored = sent.stored.data
        self._stored_start = sent.stored_start.data
        self._acknowledging = acknowledgements.index.data
        self._gap = acknowledgements.gap.data
        self._holes = acknowledgements.holes.data
        self._trimmed = acknowledgements.trimmed.data

    def follow(self, holes: Holes, begin: int, end: int) -> int:
        """Go through packets from ``begin`` until the holes are closed; return where that is."""
        sent, acknowledgements = self._stream.sent, self._stream.acknowledgements
        own = int(np.searchsorted(sent.index, begin))
        at_stored = int(np.searchsorted(sent.stored, own))
        slot = int(np.searchsorted(acknowledgements.index, begin))
        for packet in range(begin, end):
            position = self._trimmed[packet]
            if own < len(self._own) and self._own[own] == packet:
                if at_stored < len(self._stored) and self._stored[at_stored] == own:
                    if not holes.given_up:
                        start = self._stored_start[own]
                        holes.store(start, start + self._length[packet])
                        holes.give_up_unless_acknowledged(position)
                        if holes.have_too_many_pieces():
                            holes.give_up()
                            self.given_up += 1
                    at_stored += 1
                own += 1
            elif slot < len(self._acknowledging) and self._acknowledging[slot] == packet:
                self._gap[slot], self._holes[slot] = holes.acknowledge(position)
                slot += 1
            if holes.given_up:
                self._give_up(packet, end)
                return end
            self.frontier[packet] = holes.frontier
            if holes.are_closed():
                return packet + 1
        return end

    def _give_up(self, begin: int, end: int) -> None:
        """Take it that nothing of packets ``begin`` to ``end`` is missing."""
        self._stream.frontier[begin:end] = self._stream.ends(np.arange(begin, end))
        self._stream.acknowledgements.ignore_missing(begin, end)


HolesByStream = dict[tuple[int, int], Holes]  # (serial of the connection, side)


def follow_holes(
    packets: TcpPackets,
    stream: Stream,
    connections: Connections,
    open_holes: HolesByStream,
) -> int:
    """Correct ``stream`` where payload came out of order; ``open_holes`` go in and come out.

    Return how many streams were given up because too many pieces of them waited.
    """
    side = stream.sender.side
    walk = _Walk(packets, stream)
    initial = delivered_before(connections)[:, side]
    opening = _opening_packets(packets, stream, initial)
    rows = packets.connection[opening]
    starts, ends = run_bounds(rows)
    by_row = {
        int(rows[start]): opening[start:end].tolist()
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    }
    carried = [serial for serial, of_side in open_holes if of_side == side]
    is_carried = np.isin(connections["serial"], carried) if carried else np.zeros(0, np.bool_)
    for row in np.flatnonzero(is_carried).tolist():
        by_row[row] = [int(packets.bounds[row]), *by_row.get(row, [])]
    for row, begins in by_row.items():
        key = (int(connections["serial"][row]), side)
        holes = open_holes.pop(key, None)
        end = int(packets.bounds[row + 1])
        holes = _follow_connection(holes, walk, begins, end, int(initial[row]))
        if not holes.are_closed():
            open_holes[key] = holes
    return walk.given_up


def _follow_connection(
    holes: Holes | None,
    walk: _Walk,
    begins: list[int],
    end: int,
    initial: int,
) -> Holes:
    """Follow the holes that open at packets ``begins``, each until it is closed.

    ``initial`` is up to where the stream was delivered before its first packet here.
    """
    at = 0
    for begin in begins:
        if begin < at:
            continue
        if holes is None or at:
            holes = Holes(initial if walk.first[begin] else walk.frontier[begin - 1])
        at = walk.follow(holes, begin, end)
    return holes or Holes(1)


def _opening_packets(packets: TcpPackets, stream: Stream, initial: Positions) -> Indices:
    """Return the packets whose payload lies above bytes not seen yet."""
    sent = stream.sent
    candidates = sent.index[sent.stored]
    frontier = stream.frontier[candidates - 1]
    begins = np.flatnonzero(packets.first[candidates])
    frontier[begins] = initial[packets.connection[candidates[begins]]]
    opening: Indices = candidates[sent.stored_start[sent.stored] > frontier]
    return opening
