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
            self.waiting.clear()
            self.given_up = True

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


HolesByStream = dict[tuple[int, int], Holes]  # (serial of the connection, side)


def follow_holes(
    packets: TcpPackets,
    stream: Stream,
    connections: Connections,
    open_holes: HolesByStream,
) -> None:
    """Correct ``stream`` where payload came out of order; ``open_holes`` go in and come out."""
    side = stream.sender.side
    initial = delivered_before(connections)[:, side]
    opening = _opening_packets(packets, stream, initial)
    rows = packets.connection[opening]
    starts, ends = run_bounds(rows)
    by_row = {
        int(rows[start]): opening[start:end].tolist()
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    }
    carried = [serial for serial, of_side in open_holes if of_side == side]
    for row in np.flatnonzero(np.isin(connections["serial"], carried)).tolist():
        by_row[row] = [int(packets.bounds[row]), *by_row.get(row, [])]
    for row, begins in by_row.items():
        key = (int(connections["serial"][row]), side)
        holes = open_holes.pop(key, None)
        end = int(packets.bounds[row + 1])
        holes = _follow_connection(holes, packets, stream, begins, end, int(initial[row]))
        if not holes.are_closed():
            open_holes[key] = holes


def _follow_connection(
    holes: Holes | None,
    packets: TcpPackets,
    stream: Stream,
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
            holes = Holes(initial if packets.first[begin] else int(stream.frontier[begin - 1]))
        at = _follow(holes, packets, stream, begin, end)
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


def _follow(holes: Holes, packets: TcpPackets, stream: Stream, begin: int, end: int) -> int:
    """Go through packets from ``begin`` until the holes are closed; return where that is."""
    sent, acknowledgements = stream.sent, stream.acknowledgements
    own = int(np.searchsorted(sent.index, begin))
    at_stored = int(np.searchsorted(sent.stored, own))
    slot = int(np.searchsorted(acknowledgements.index, begin))
    for packet in range(begin, end):
        position = int(acknowledgements.trimmed[packet])
        if own < len(sent.index) and sent.index[own] == packet:
            if at_stored < len(sent.stored) and sent.stored[at_stored] == own:
                if not holes.given_up:
                    start = int(sent.stored_start[own])
                    holes.store(start, start + int(packets.length[packet]))
                    holes.give_up_unless_acknowledged(position)
                at_stored += 1
            own += 1
        elif slot < len(acknowledgements.index) and acknowledgements.index[slot] == packet:
            missing, number = holes.acknowledge(position)
            acknowledgements.gap[slot], acknowledgements.holes[slot] = missing, number
            slot += 1
        if holes.given_up:
            stream.frontier[packet:end] = stream.ends(np.arange(packet, end))
            acknowledgements.ignore_missing(packet, end)
            return end
        stream.frontier[packet] = holes.frontier
        if holes.are_closed():
            return packet + 1
    return end
