"""How TCP connections begin: cuts at SYN packets, and who is the originator."""

from __future__ import annotations

from typing import Final

import numpy as np

from capture.builtin.flows.connection_table import (
    Connections,
    TextPool,
    successors,
)
from capture.builtin.flows.ports import IPV4_BROADCAST, interactive_service, likely_tcp_server
from capture.builtin.flows.runs import Booleans, Indices, first_of_run
from capture.builtin.flows.tcp.conversation import ConversationState
from capture.builtin.flows.tcp.packets import ACK, FIN, RST, SYN, TcpPackets
from capture.builtin.flows.tcp.transitions import Transitions


def cut_at_openings(
    packets: TcpPackets, connections: Connections
) -> tuple[TcpPackets, Connections, Booleans]:
    """Give a connection of its own to every SYN that is certain to begin one.

    That is a SYN without ACK whose sequence number is not that of the SYN before it, or which comes
    after a FIN or RST. Returns the packets and connections numbered anew, and which connections
    are ended by the one after them. Other ends are found later, by the state machine.
    """
    cuts = np.zeros(len(packets), dtype=np.bool_)
    cuts[_openings(packets, connections)] = True
    if not cuts.any():
        return packets, connections, np.zeros(len(connections), dtype=np.bool_)
    number = np.bincount(packets.connection[cuts], minlength=len(connections))
    rows = np.repeat(np.arange(len(connections)), number + 1)
    is_original = first_of_run(rows)
    table = connections[rows]
    table[~is_original] = successors(table[~is_original])
    renumbered = np.cumsum(cuts) + packets.connection
    ended = np.append(rows[1:] == rows[:-1], [False])
    everything = np.arange(len(packets))
    return packets.take(everything, renumbered), table, ended


def _openings(packets: TcpPackets, connections: Connections) -> Indices:
    at = np.flatnonzero((packets.flags & (SYN | ACK | FIN | RST)) == SYN)
    row = packets.connection[at]
    first = first_of_run(row)
    ends = np.cumsum((packets.flags & (FIN | RST)) != 0)
    since = np.where(first, 0, np.roll(ends[at], 1))
    begin = np.searchsorted(packets.connection, row[first])
    since[first] = np.where(begin > 0, ends[begin - 1], 0)
    closing = ends[at] > since
    closing[first] |= connections["closing"][row[first]]
    before = np.roll(packets.sequence[at], 1)
    before[first] = connections["opening_sequence"][row[first]]
    known = ~first
    known[first] = connections["opening_seen"][row[first]]
    cuts: Indices = at[known & (closing | (packets.sequence[at] != before))]
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
    starts = np.flatnonzero(first_of_run(packets.connection))
    fresh = connections["packets"][packets.connection[starts]].sum(axis=1) == 0
    starts = starts[fresh]
    row = packets.connection[starts]
    side = packets.side[starts].astype(np.uint8)
    flipped = _looks_reversed(packets, starts, connections[row])
    originator = side ^ flipped
    responder_port = np.where(
        originator == 0, connections["second_port"][row], connections["first_port"][row]
    )
    kinds = np.array(
        [
            [transitions.number(ConversationState(originator=o, interactive=i)) for i in _BOTH]
            for o in (0, 1)
        ]
    )
    connections["state"][row] = kinds[originator, interactive_service(responder_port).astype(int)]
    connections["originator"][row] = originator
    history = np.array([histories.number(""), histories.number("^")])
    connections["history"][row] = history[flipped.astype(int)]
    connections["first_time"][row] = packets.time[starts]
    connections["last_time"][row] = packets.time[starts]
    connections["latest_time"][row] = packets.time[starts]
    connections["serial"][row] = packets.entry[starts] + first_serial


_BOTH: Final = (False, True)


def _looks_reversed(packets: TcpPackets, starts: Indices, connections: Connections) -> Booleans:
    """Return which first packets seem to be sent by the server."""
    from_second = packets.side[starts]
    first_port, second_port = connections["first_port"], connections["second_port"]
    source = np.where(from_second, second_port, first_port)
    destination = np.where(from_second, first_port, second_port)
    is_syn = (packets.flags[starts] & SYN) != 0
    opens = is_syn & ((packets.flags[starts] & ACK) == 0)
    both = ~is_syn & (source < destination)
    reversed_ = np.where(likely_tcp_server(destination), both, True)
    address = np.where(
        from_second, connections["first_address"][:, 1], connections["second_address"][:, 1]
    )
    unicast = np.not_equal(address, IPV4_BROADCAST)
    looks_reversed: Booleans = likely_tcp_server(source) & ~opens & reversed_ & unicast
    return looks_reversed
