"""TCP packets of one block to connections: continued, finished, begun."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture.builtin.flows.connection_table import Connections, TextPool, take_rows
from capture.builtin.flows.runs import Booleans, Indices, ranges
from capture.builtin.flows.tcp.holes import Holes, HolesByStream, follow_holes
from capture.builtin.flows.tcp.openings import (
    Undecided,
    begin_connections,
    cut_after_lone_packets,
    cut_at_openings,
    cut_into_slices,
)
from capture.builtin.flows.tcp.packets import TcpPackets
from capture.builtin.flows.tcp.progress import Progress, update_connections
from capture.builtin.flows.tcp.reduction import Events, Streams, reduce_to_events
from capture.builtin.flows.tcp.sequence import Positions
from capture.builtin.flows.tcp.stream import delivered_before, stream_of
from capture.builtin.flows.tcp.transitions import Clock, EventTimes, Outcome, Transitions

MOST_PARTS: Final = 64  # of one block, before the connections left are cut by time
SLICE: Final = 5 * 10**9


@dataclass(frozen=True)
class AnalysedPackets:
    """TCP packets with what came of their connections.

    ``connections`` are as after their packets, which are ``begins[row]`` to ``ends[row]``;
    ``ended`` tells those that are followed by another one of the same addresses and ports.
    """

    packets: TcpPackets
    streams: Streams
    connections: Connections
    begins: Indices
    ends: Indices
    is_cut: Booleans  # ends before the last of its packets
    ended: Booleans
    delivered_before: Positions  # shape (n, 2): where both streams stood before these packets


class TcpAnalysis:
    """The TCP state machine with its memory, and the streams that have holes."""

    def __init__(self, histories: TextPool) -> None:
        self.transitions = Transitions()
        self._histories = histories
        self._open_holes: HolesByStream = {}
        self._given_up = 0

    def analyse(
        self, packets: TcpPackets, connections: Connections, first_serial: int
    ) -> Iterator[AnalysedPackets]:
        """Yield the packets and their connections, in as many parts as it takes.

        ``packets`` are sorted by ``connection``, their row in ``connections``; a row that has no
        packets yet is filled in from its first one. A connection that ends among its packets is
        cut there, and what is left is another one, in the next part. ``first_serial`` is the
        number of the block's first packet.
        """
        undecided = cut_at_openings(packets, connections)
        parts = 0
        while len(undecided.connections):
            begin_connections(
                undecided.packets,
                undecided.connections,
                first_serial,
                self.transitions,
                self._histories,
            )
            part = self._analyse_once(undecided)
            cut_off = np.flatnonzero(part.is_cut)
            undecided = cut_after_lone_packets(undecided.rest(cut_off, part.ends[cut_off]))
            parts += 1
            if parts == MOST_PARTS:
                undecided = cut_into_slices(undecided, SLICE)
            yield part

    def holes(self) -> int:
        """Return how many pieces of payload wait above holes."""
        return sum([len(holes.waiting) for holes in self._open_holes.values()])

    def take_given_up(self) -> int:
        """Return how many streams were given up, each alone, since this was asked for."""
        given_up, self._given_up = self._given_up, 0
        return given_up

    def limit_holes(self, most: int) -> int:
        """Stop reassembling the streams with most pieces above holes until no more than that wait.

        Of those with equally many, the oldest are given up first. Return how many are.
        """
        waiting, given_up = self.holes(), 0
        if waiting > most:
            for _, streams in sorted(self._open_holes.items(), key=_most_pieces_first):
                if waiting <= most:
                    break
                waiting -= len(streams.waiting)
                streams.give_up()
                given_up += 1
        return given_up

    def forget(self, connections: Connections) -> None:
        """Drop what is remembered of connections that are over."""
        if self._open_holes:
            serials = set(connections["serial"].tolist())
            for key in [key for key in self._open_holes if key[0] in serials]:
                del self._open_holes[key]

    def _analyse_once(self, undecided: Undecided) -> AnalysedPackets:
        """Analyse connections up to where they end."""
        packets, connections = undecided.packets, undecided.connections
        streams = (stream_of(packets, 0, connections), stream_of(packets, 1, connections))
        for stream in streams:
            self._given_up += follow_holes(packets, stream, connections, self._open_holes)
        events = reduce_to_events(packets, streams, connections)
        outcomes = self._outcomes(packets, events, connections)
        before = delivered_before(connections)
        progress = Progress(packets, streams, events, outcomes)
        update_connections(progress, connections, self.transitions, self._histories)
        return AnalysedPackets(
            packets=packets,
            streams=streams,
            connections=connections,
            begins=progress.begins,
            ends=progress.ends,
            is_cut=progress.is_cut,
            ended=undecided.ended | progress.is_cut,
            delivered_before=before,
        )

    def _outcomes(
        self, packets: TcpPackets, events: Events, connections: Connections
    ) -> list[Outcome]:
        """Run each connection's events through the state machine."""
        codes = events.code.tobytes()
        states = connections["state"].tolist()
        bounds = (events.bounds * events.code.itemsize).tolist()
        parts = map(codes.__getitem__, map(slice, bounds[:-1], bounds[1:]))
        runs = list(zip(states, parts, strict=True))
        outcomes = self.transitions.known(runs)
        for row, outcome in self._timed_outcomes(packets, events, connections):
            outcomes[row] = outcome
        return [
            self.transitions.run(*run) if outcome is None else outcome
            for run, outcome in zip(runs, outcomes, strict=True)
        ]

    def _timed_outcomes(
        self, packets: TcpPackets, events: Events, connections: Connections
    ) -> Iterator[tuple[int, Outcome]]:
        """Run the events of the connections that a timer might have ended; yield row, outcome."""
        rows = np.flatnonzero(events.timed)
        begins, ends = events.bounds[rows], events.bounds[rows + 1]
        at = ranges(begins, ends)
        index = events.packet[at]
        codes = events.code[at].tolist()
        times = EventTimes(
            packet=packets.time[index].tolist(),
            previous=events.previous_time[index].tolist(),
            now=packets.now[index].tolist(),
        )
        stops = np.cumsum(ends - begins)
        parts = map(slice, (stops - (ends - begins)).tolist(), stops.tolist())
        states = connections["state"][rows].tolist()
        clocks = _clocks(take_rows(connections, rows))
        for row, state, part, clock in zip(rows.tolist(), states, parts, clocks, strict=True):
            yield row, self.transitions.run_timed(state, codes[part], times.take(part), clock)


def _most_pieces_first(entry: tuple[tuple[int, int], Holes]) -> tuple[int, tuple[int, int]]:
    key, holes = entry
    return -len(holes.waiting), key


def _clocks(connections: Connections) -> Iterator[Clock]:
    columns = ("first_time", "last_time", "attempted", "removal_base", "half_closed")
    return map(Clock, *(connections[column].tolist() for column in columns))
