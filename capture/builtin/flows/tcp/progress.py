"""What the packets of a block add to what is known of their TCP connections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import Connections, TextPool
from capture.builtin.flows.runs import Indices, differences
from capture.builtin.flows.tcp.conversation import join_history
from capture.builtin.flows.tcp.packets import ACK, FIN, RST, SYN, TcpPackets
from capture.builtin.flows.tcp.reduction import (
    Events,
    Streams,
    answers,
    control_packets,
    implied_starts,
    zero_windows,
)
from capture.builtin.flows.tcp.stream import Stream
from capture.builtin.flows.tcp.transitions import Outcome, Transitions

_CARRIED = ("end", "stored_end", "fin", "fin_end", "reset")


class Progress:
    """Packets, their events and outcomes, and where each connection ends among its packets.

    The packets of connection ``row`` are ``begins[row]`` to ``ends[row]``; ``is_cut`` tells which
    end before their last packet.
    """

    def __init__(
        self,
        packets: TcpPackets,
        streams: Streams,
        events: Events,
        outcomes: Sequence[Outcome],
    ) -> None:
        self.packets = packets
        self.streams = streams
        self.events = events
        self.outcomes = outcomes
        self._columns = dict(zip(Outcome._fields, zip(*outcomes, strict=True), strict=False))
        bounds = np.searchsorted(packets.connection, np.arange(len(outcomes) + 1))
        self.begins: Indices = bounds[:-1]
        cut_at = self.ordinals("cut_at")
        self.is_cut = cut_at >= 0
        self.ends = np.where(self.is_cut, self.event_packets(cut_at), bounds[1:])
        self.live = np.flatnonzero(self.ends > self.begins)
        self.last = self.ends[self.live] - 1

    def ordinals(self, name: str) -> Indices:
        """Return a column of all outcomes: one of the ordinals, or the state."""
        return np.array(self._columns.get(name, ()), dtype=np.int64)

    def event_packets(self, ordinals: Indices) -> Indices:
        """Return the packets of events given by their ordinal in each connection; 0 for never."""
        if len(self.events.packet) == 0:
            return np.zeros(len(ordinals), dtype=np.int64)
        index = self.events.bounds[:-1] + np.maximum(ordinals, 0)
        return self.events.packet[np.minimum(index, len(self.events.packet) - 1)]

    def included(self, packet: Indices) -> Indices:
        """Return those of the packets that belong to the connections as cut."""
        return packet[packet < self.ends[self.packets.connection[packet]]]

    def counts(self, packet: Indices) -> NDArray[np.int64]:
        """Return how many of the packets each connection has."""
        rows = self.packets.connection[self.included(packet)]
        return np.bincount(rows, minlength=len(self.begins))


def update_connections(
    progress: Progress, connections: Connections, transitions: Transitions, histories: TextPool
) -> None:
    """Bring the connections up to date with their packets."""
    _update_times(progress, connections, transitions)
    _update_counts(progress, connections)
    _update_missed(progress, connections)
    _update_openings(progress, connections)
    for side in (0, 1):
        _update_stream(progress, connections, side)
    control = control_packets(progress.packets, progress.streams)
    inside = control.packet < progress.ends[control.connection]
    key = (control.connection[inside], control.side[inside], control.flag[inside])
    connections["control_position"][key] = control.position[inside]
    _update_states(progress, connections, transitions, histories)


def _update_times(progress: Progress, connections: Connections, transitions: Transitions) -> None:
    time = progress.packets.time
    was_closed = np.array([timers.both_closed for timers in transitions.timers])
    open_ = progress.live[~was_closed[connections["state"][progress.live]]]
    connections["last_time"][open_] = time[progress.ends[open_] - 1]
    connections["latest_time"][progress.live] = time[progress.last]
    for ordinal, column in (
        ("frozen_at", "last_time"),
        ("attempted_at", "attempted"),
        ("removal_at", "removal_base"),
        ("half_closed_at", "half_closed"),
    ):
        ordinals = progress.ordinals(ordinal)
        rows = np.flatnonzero(ordinals >= 0)
        connections[column][rows] = time[progress.event_packets(ordinals)[rows]]


def _update_counts(progress: Progress, connections: Connections) -> None:
    packets = progress.packets
    for side in (0, 1):
        own = packets.side == bool(side)
        sizes = np.where(own, packets.ip_length, 0)
        for column, values in (("packets", own), ("ip_bytes", sizes)):
            totals = np.cumsum(values, dtype=np.int64)
            added = differences(totals, progress.begins, progress.ends)
            connections[column][:, side] += added
        stream = progress.streams[side]
        repeated = stream.sent.index[stream.sent.retransmitted]
        connections["retransmissions"][:, side] += progress.counts(repeated)
        acknowledgements = stream.acknowledgements
        holes = np.zeros(len(packets), dtype=np.int64)
        holes[acknowledgements.index] = acknowledgements.holes
        added = differences(np.cumsum(holes), progress.begins, progress.ends)
        connections["gaps"][:, side] += added
        closed = zero_windows(packets, progress.streams, side)
        connections["zero_windows"][:, side] += progress.counts(closed)


def _update_missed(progress: Progress, connections: Connections) -> None:
    """Add the bytes missing while both sides were in an orderly state."""
    clean_from, clean_until = progress.ordinals("clean_from"), progress.ordinals("clean_until")
    missing = np.zeros(len(progress.packets), dtype=np.int64)
    for stream in progress.streams:
        missing[stream.acknowledgements.index] += stream.acknowledgements.gap
    begins = np.where(clean_from > 0, progress.event_packets(clean_from), progress.begins)
    begins = np.where(clean_from < 0, progress.ends, begins)
    ends = np.where(clean_until >= 0, progress.event_packets(clean_until), progress.ends)
    totals = np.cumsum(missing)
    connections["missed"] += differences(totals, begins, np.maximum(begins, ends))


def _update_openings(progress: Progress, connections: Connections) -> None:
    packets = progress.packets
    opening = np.flatnonzero((packets.flags & (SYN | ACK | FIN | RST)) == SYN)
    opening = progress.included(opening)
    rows = packets.connection[opening]
    connections["opening_sequence"][rows] = packets.sequence[opening]
    connections["opening_seen"][rows] = True
    connections["opening_time"][rows] = packets.now[opening]
    ending = progress.included(np.flatnonzero((packets.flags & (FIN | RST)) != 0))
    connections["closing"][packets.connection[ending]] = True
    answering = progress.included(np.flatnonzero(answers(packets, connections)))
    connections["answered"][packets.connection[answering]] = True


def _update_stream(progress: Progress, connections: Connections, side: int) -> None:
    stream: Stream = progress.streams[side]
    live, last = progress.live, progress.last
    for column in _CARRIED:
        connections[column][live, side] = getattr(stream, column)[last]
    connections["started"][live, side] = stream.known[last]
    connections["from_syn"][live, side] = stream.from_syn[last]
    connections["start"][live, side] = implied_starts(progress.packets, progress.streams, side)[
        last
    ]
    connections["acknowledged"][live, side] = stream.acknowledgements.acknowledged[last]
    connections["trimmed"][live, side] = stream.acknowledgements.trimmed[last]
    own = np.searchsorted(stream.sent.index, progress.ends[live]) - 1
    begins = progress.begins[live]
    sent_any = own >= 0
    sent_any[sent_any] = stream.sent.index[own[sent_any]] >= begins[sent_any]
    own, rows = own[sent_any], live[sent_any]
    connections["position"][rows, side] = stream.sent.position[own]
    connections["sequence"][rows, side] = progress.packets.sequence[stream.sent.index[own]]


def _update_states(
    progress: Progress, connections: Connections, transitions: Transitions, histories: TextPool
) -> None:
    connections["state"] = progress.ordinals("state")
    originators = np.array([state.originator for state in transitions.states], dtype=np.uint8)
    connections["originator"] = originators[connections["state"]]
    texts = histories.texts
    connections["history"] = [
        histories.number(join_history(texts[before], outcome.history))
        if outcome.history
        else before
        for before, outcome in zip(connections["history"].tolist(), progress.outcomes, strict=True)
    ]
