"""How TCP connections begin: cuts at SYN packets, and who is the originator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import (
    Connections,
    TextPool,
    put_rows,
    successors,
    take_rows,
)
from capture.builtin.flows.ports import interactive_service, is_broadcast, likely_tcp_server
from capture.builtin.flows.runs import Booleans, Indices, first_of_run, onsets, ranges
from capture.builtin.flows.tcp.conversation_state import (
    INACTIVITY,
    INTERACTIVE_INACTIVITY,
    ConversationState,
)
from capture.builtin.flows.tcp.packets import ACK, FIN, RST, SYN, TcpPackets
from capture.builtin.flows.tcp.transitions import ATTEMPT_DELAY, CLOSE_DELAY, Transitions


@dataclass(frozen=True)
class Undecided:
    """Packets with the connections that they may belong to, not yet analysed.

    ``ended`` tells which connections are followed by another one of the same addresses and ports.
    """

    packets: TcpPackets
    connections: Connections
    ended: Booleans

    def split(self, cuts: Booleans) -> Undecided:
        """Give the packets at ``cuts``, and those after them, a connection of their own."""
        if not cuts.any():
            return self
        packets = self.packets
        number = np.bincount(packets.connection[cuts], minlength=len(self.connections))
        rows = np.repeat(np.arange(len(self.connections)), number + 1)
        is_successor = ~first_of_run(rows)
        connections = take_rows(self.connections, rows)
        again = np.flatnonzero(is_successor)
        put_rows(connections, again, successors(take_rows(connections, again)))
        ended = self.ended[rows]
        ended[:-1] |= rows[1:] == rows[:-1]
        renumbered = np.cumsum(cuts) + packets.connection
        bounds = np.searchsorted(renumbered, np.arange(len(connections) + 1))
        return Undecided(packets.renumbered(renumbered, bounds), connections, ended)

    def rest(self, rows: Indices, begins: Indices) -> Undecided:
        """Return what is left of connections, from the packet where each is cut."""
        ends = self.packets.bounds[rows + 1]
        renumbered = np.repeat(np.arange(len(rows)), ends - begins)
        bounds = np.append(0, np.cumsum(ends - begins))
        packets = self.packets.take(ranges(begins, ends), renumbered, bounds)
        return Undecided(packets, successors(take_rows(self.connections, rows)), self.ended[rows])


def cut_at_openings(packets: TcpPackets, connections: Connections) -> Undecided:
    """Give a connection of its own to every packet that is certain to begin one.

    That is a SYN without ACK whose sequence number is not that of the SYN before it, or which comes
    after a FIN or RST; and any packet after silence that no connection outlives. Other ends are
    found later, by the state machine.
    """
    cuts = _after_silence(packets, connections)
    cuts[_openings(packets, connections)] = True
    begins = cuts.copy()
    begins[packets.starts] |= ~connections["packets"][packets.rows].any(axis=1)
    cuts[_after_lone_packets(packets, begins)] = True
    return Undecided(packets, connections, np.zeros(len(connections), dtype=np.bool_)).split(cuts)


def cut_after_lone_packets(undecided: Undecided) -> Undecided:
    """Cut connections, none of which has begun, where their first packet does not keep them."""
    cuts = np.zeros(len(undecided.packets), dtype=np.bool_)
    cuts[_after_lone_packets(undecided.packets, undecided.packets.first)] = True
    return undecided.split(cuts)


def cut_into_slices(undecided: Undecided, length: int) -> Undecided:
    """Cut connections, none of which has begun, where that much time has passed.

    ``length`` is in nanoseconds. It bounds the work for addresses and ports that are used for very
    many connections, where finding each end in turn would take time without limit.
    """
    packets = undecided.packets
    began = np.repeat(packets.now[packets.starts], packets.stops - packets.starts)
    portion = (packets.now - began) // length
    cuts = np.zeros(len(packets), dtype=np.bool_)
    cuts[1:] = portion[1:] != portion[:-1]
    cuts |= packets.now - previous_times(packets, undecided.connections) >= length
    return undecided.split(cuts & ~packets.first)


def previous_times(packets: TcpPackets, connections: Connections) -> NDArray[np.int64]:
    """Return when the packet before each one in its connection was seen.

    For the first packet of a connection that is when it was sent itself.
    """
    previous = np.roll(packets.time, 1)
    starts, rows = packets.starts, packets.rows
    begun = connections["packets"][rows].any(axis=1)
    previous[starts] = np.where(begun, connections["latest_time"][rows], packets.now[starts])
    return previous


def _after_silence(packets: TcpPackets, connections: Connections) -> Booleans:
    """Return which packets come after more silence than their connection may keep."""
    silence = packets.now - previous_times(packets, connections)
    ports = (connections["first_port"], connections["second_port"])
    patient = interactive_service(ports[0]) | interactive_service(ports[1])
    limit = np.where(patient, INTERACTIVE_INACTIVITY, INACTIVITY)
    cuts: Booleans = silence >= INACTIVITY
    silent = np.flatnonzero(cuts)
    cuts[silent] = silence[silent] >= limit[packets.connection[silent]]
    return cuts


def _openings(packets: TcpPackets, connections: Connections) -> Indices:
    at = packets.openings()
    row = packets.connection[at]
    first = first_of_run(row)
    since = np.roll(at, 1)
    since[first] = packets.bounds[row[first]]
    ends = packets.with_flag(FIN | RST)
    closing = np.searchsorted(ends, at) > np.searchsorted(ends, since)
    closing[first] |= connections["closing"][row[first]]
    before = np.roll(packets.sequence[at], 1)
    before[first] = connections["opening_sequence"][row[first]]
    known = ~first
    known[first] = connections["opening_seen"][row[first]]
    # Later on, a timer may have ended what the earlier SYN began, and other packets begun anew.
    since_opening = np.roll(packets.now[at], 1)
    since_opening[first] = connections["opening_time"][row[first]]
    directly_after = np.zeros(len(at), dtype=np.bool_)
    directly_after[1:] = (at[1:] == at[:-1] + 1) & ~first[1:]
    certain = directly_after | (packets.now[at] - since_opening < ATTEMPT_DELAY)
    cuts: Indices = at[known & certain & (closing | (packets.sequence[at] != before))]
    return cuts


def _after_lone_packets(packets: TcpPackets, begins: Booleans) -> Indices:
    """Return the packets before which a connection of a single one, which ``begins`` it, is over.

    A SYN waits that long for an answer, a FIN or RST without payload for stragglers.
    """
    at = packets.control
    at = at[at + 1 < len(packets)]
    at = at[~packets.first[at + 1]]
    at = at[packets.now[at + 1] - packets.time[at] >= min(ATTEMPT_DELAY, CLOSE_DELAY)]
    flags = packets.flags[at]
    opens = (flags & (SYN | ACK | FIN | RST)) == SYN
    closes = ((flags & SYN) == 0) & (packets.length[at] == 0)
    at = at[opens | closes]
    # What follows begins a connection itself, which may be of a single packet again.
    chain = np.cumsum(np.diff(at, prepend=-1) != 1)
    alone = np.flatnonzero(begins[at])
    since = onsets(alone, chain[alone], np.zeros(len(at) + 1, dtype=np.bool_))
    cuts: Indices = at[np.arange(len(at)) >= since[chain]] + 1
    return cuts


def begin_connections(
    packets: TcpPackets,
    connections: Connections,
    first_serial: int,
    transitions: Transitions,
    histories: TextPool,
) -> None:
    """Fill in the connections that have no packet yet from their first one.

    The originator is its sender, unless it is no opening SYN and the ports tell otherwise.
    """
    fresh = ~connections["packets"][packets.rows].any(axis=1)
    starts, row = packets.starts[fresh], packets.rows[fresh]
    flipped = _looks_reversed(packets, starts, connections)
    originator = packets.side[starts] ^ flipped
    connections["originator"][row] = originator
    ports = (connections["first_port"][row], connections["second_port"][row])
    responder_port = np.where(originator, *ports)
    connections["state"][row] = _first_states(responder_port, originator, transitions)
    history = np.array([histories.number(""), histories.number("^")])
    connections["history"][row] = history[flipped.astype(np.int64)]
    for column in ("first_time", "last_time", "latest_time"):
        connections[column][row] = packets.time[starts]
    connections["serial"][row] = packets.entry[starts] + first_serial


def _first_states(
    responder_port: NDArray[np.uint16], originator: Booleans, transitions: Transitions
) -> Indices:
    """Return the number of the conversation state in which each connection begins."""
    kinds = [
        transitions.number(ConversationState(originator=side, interactive=interactive))
        for side in (0, 1)
        for interactive in (False, True)
    ]
    interactive = interactive_service(responder_port)
    states: Indices = np.array(kinds)[originator * 2 + interactive.astype(np.int64)]
    return states


def _looks_reversed(packets: TcpPackets, starts: Indices, connections: Connections) -> Booleans:
    """Return which first packets seem to be sent by the server."""
    from_second, row = packets.side[starts], packets.connection[starts]
    first_port, second_port = connections["first_port"][row], connections["second_port"][row]
    source = np.where(from_second, second_port, first_port)
    destination = np.where(from_second, first_port, second_port)
    is_syn = (packets.flags[starts] & SYN) != 0
    opens = is_syn & ((packets.flags[starts] & ACK) == 0)
    both = ~is_syn & (source < destination)
    reversed_ = np.where(likely_tcp_server(destination), both, True)
    first, second = connections["first_address"][row], connections["second_address"][row]
    broadcast = is_broadcast(np.where(from_second[:, None], first, second))
    looks_reversed: Booleans = likely_tcp_server(source) & ~opens & reversed_ & ~broadcast
    return looks_reversed
