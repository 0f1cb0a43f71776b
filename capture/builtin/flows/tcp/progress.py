"""What the packets of a block add to what is known of their TCP connections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import Connections, TextPool
from capture.builtin.flows.runs import Indices, differences
from capture.builtin.flows.tcp.conversation import join_history
from capture.builtin.flows.tcp.packets import TcpPackets
from capture.builtin.flows.tcp.reduction import Events, Streams
from capture.builtin.flows.tcp.stream import Stream
from capture.builtin.flows.tcp.transitions import Outcome, Transitions


class Progress:
    """Packets, their events and outcomes, and where each connection ends among its packets.

    The packets of connection ``row`` are ``begins[row]`` to ``ends[row]``; ``is_cut`` tells which
    end before their last packet. ``kind`` numbers the ``distinct`` outcomes.
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
        # Equal outcomes are the same object, and most connections share one with others.
        _, first, self.kind = np.unique(
            np.fromiter(map(id, outcomes), np.int64, len(outcomes)),
            return_index=True,
            return_inverse=True,
        )
        self.distinct = [outcomes[row] for row in first.tolist()]
        self._numbers = np.array([outcome[:-1] for outcome in self.distinct], dtype=np.int64)
        self.begins: Indices = packets.bounds[:-1]
        cut_at = self.ordinals("cut_at")
        self.is_cut = cut_at >= 0
        self.ends = np.where(self.is_cut, self.event_packets(cut_at), packets.bounds[1:])
        self.live = np.flatnonzero(self.ends > self.begins)
        self.last = self.ends[self.live] - 1

    def ordinals(self, name: str) -> Indices:
        """Return a column of all outcomes: one of the ordinals, or the state."""
        values: Indices = self._numbers[:, Outcome._fields.index(name)]
        return values.take(self.kind)

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
    for stream in progress.streams:
        _update_stream(progress, connections, stream)
    _update_control(progress, connections)
    _update_states(progress, connections, transitions, histories)


def _update_times(progress: Progress, connections: Connections, transitions: Transitions) -> None:
    time = progress.packets.time
    was_closed = transitions.column("both_closed")
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
    packets, bounds = progress.packets, (progress.begins, progress.ends)
    number = np.maximum(progress.ends - progress.begins, 0)
    ip_bytes = differences(np.cumsum(packets.ip_length), *bounds)
    for column, total, of_second in (
        ("packets", number, packets.sent_by_second),
        ("ip_bytes", ip_bytes, np.cumsum(packets.ip_length * packets.side)),
    ):
        second = differences(of_second, *bounds)
        connections[column] += np.stack((total - second, second), axis=1)
    for side, stream in enumerate(progress.streams):
        connections["retransmissions"][:, side] += progress.counts(stream.sent.retransmitted)
        connections["zero_windows"][:, side] += progress.counts(progress.events.zero_windows[side])
        acknowledgements = stream.acknowledgements
        slots = np.flatnonzero(acknowledgements.holes)
        gaps = acknowledgements.index[slots]
        inside = gaps < progress.ends[packets.connection[gaps]]
        rows = packets.connection[gaps[inside]]
        np.add.at(connections["gaps"][:, side], rows, acknowledgements.holes[slots[inside]])


def _update_missed(progress: Progress, connections: Connections) -> None:
    """Add the bytes missing while both sides were in an orderly state."""
    clean_from, clean_until = progress.ordinals("clean_from"), progress.ordinals("clean_until")
    begins = np.where(clean_from > 0, progress.event_packets(clean_from), progress.begins)
    begins = np.where(clean_from < 0, progress.ends, begins)
    ends = np.where(clean_until >= 0, progress.event_packets(clean_until), progress.ends)
    for stream in progress.streams:
        slots = np.flatnonzero(stream.acknowledgements.gap)
        packets = stream.acknowledgements.index[slots]
        rows = progress.packets.connection[packets]
        inside = (packets >= begins[rows]) & (packets < ends[rows])
        missing = stream.acknowledgements.gap[slots[inside]]
        np.add.at(connections["missed"], rows[inside], missing)


def _update_openings(progress: Progress, connections: Connections) -> None:
    packets = progress.packets
    opening = progress.included(packets.openings())
    rows = packets.connection[opening]
    connections["opening_sequence"][rows] = packets.sequence[opening]
    connections["opening_seen"][rows] = True
    connections["opening_time"][rows] = packets.now[opening]
    connections["closing"] = progress.events.closing < progress.ends
    connections["answered"] = progress.events.answered < progress.ends


def _update_stream(progress: Progress, connections: Connections, stream: Stream) -> None:
    live, last, sender = progress.live, progress.last, stream.sender
    sent, side = sender.sent, sender.side
    own, rows = _last_sent(progress, stream)
    columns = {
        "end": stream.ends(last),
        "stored_end": stream.stored_end[last],
        "fin": sender.since(sent.fin, last),
        "fin_end": sender.fin_ends(last),
        "reset": sender.since(sent.reset, last),
        "started": sender.known(last),
        "from_syn": sender.since(sent.from_syn, last),
        "start": stream.starts(last),
        "acknowledged": stream.acknowledged(progress.ends)[live],
        "trimmed": stream.acknowledgements.trimmed[last],
    }
    for column, values in columns.items():
        connections[column][live, side] = values
    connections["position"][rows, side] = sent.position[own]
    connections["sequence"][rows, side] = progress.packets.sequence[sent.index[own]]


def _last_sent(progress: Progress, stream: Stream) -> tuple[Indices, Indices]:
    """Return the last packets that a side sent, as indices of its own, and their connections."""
    heard = np.flatnonzero(progress.last >= stream.sent.first[progress.live])
    return stream.sender.last_own[progress.last[heard]], progress.live[heard]


def _update_control(progress: Progress, connections: Connections) -> None:
    control = progress.events.control
    inside = control.packet < progress.ends[control.connection]
    key = (control.connection[inside], control.side[inside], control.flag[inside])
    connections["control_position"][key] = control.position[inside]


def _update_states(
    progress: Progress, connections: Connections, transitions: Transitions, histories: TextPool
) -> None:
    connections["state"] = progress.ordinals("state")
    connections["originator"] = transitions.column("originator")[connections["state"]]
    number = len(progress.distinct)
    pairs = connections["history"].astype(np.int64) * number + progress.kind
    distinct, pair = np.unique(pairs, return_inverse=True)
    texts = histories.texts
    grown = [
        histories.number(join_history(texts[before], progress.distinct[kind].history))
        for before, kind in zip(*(part.tolist() for part in divmod(distinct, number)), strict=True)
    ]
    connections["history"] = np.array(grown, dtype=np.int32)[pair]
