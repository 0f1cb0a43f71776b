"""From packets to the few events that can change a TCP connection's state or history.

Most packets of a connection repeat what was there before. Dropping the repetitions leaves a short
string of event codes, and many connections share the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import Connections
from capture.builtin.flows.runs import (
    Booleans,
    Indices,
    first_of_run,
    last_marked,
    ordinals,
    run_bounds,
)
from capture.builtin.flows.tcp import event
from capture.builtin.flows.tcp.openings import previous_times
from capture.builtin.flows.tcp.packets import ACK, FIN, RST, SYN, TcpPackets
from capture.builtin.flows.tcp.stream import Stream

Streams = tuple[Stream, Stream]
Codes = NDArray[np.uint32]

SECOND: Final = 10**9
SHORTEST_TIMER: Final = 5 * SECOND
_COUNTS_SHOWN: Final = 10 ** np.arange(18)


@dataclass(frozen=True)
class Events:
    """The packets that matter, by their index into the packets, with their codes.

    ``bounds`` has one entry more than there are connections: the events of connection ``c`` are
    ``bounds[c]`` to ``bounds[c + 1]``. ``timed`` tells which connections a timer might have ended.
    """

    packet: Indices
    code: Codes
    bounds: Indices
    previous_time: NDArray[np.int64]  # of every packet: when the one before it was seen
    timed: Booleans


def reduce_to_events(packets: TcpPackets, streams: Streams, connections: Connections) -> Events:
    """Return the events of TCP packets, which are sorted by connection."""
    first = first_of_run(packets.connection)
    code = _codes(packets, streams, connections, first)
    closing = _closing(packets, connections, first)
    code = np.where(closing, code, code & np.uint32(~_ONLY_WHEN_CLOSING & 0xFFFFFFFF))
    starts = np.flatnonzero(first)
    previous_time = previous_times(packets, connections)
    silence = packets.now - previous_time
    late = _late_packets(packets, starts, connections)
    delimiter = first | (silence >= SHORTEST_TIMER) | ((code & event.CONTROL) != 0)
    delimiter[late] = True
    kept = delimiter | ((code & _ALWAYS_KEPT) != 0)
    kept |= _first_of_kind(code, delimiter, ~closing & ~delimiter)
    kept |= closing & _differs_from_last(code, packets, closing)
    index = np.flatnonzero(kept)
    timed = _may_be_timed(packets, connections, starts)
    timed[packets.connection[late]] = True
    return Events(
        packet=index,
        code=code[index],
        bounds=np.searchsorted(packets.connection[index], np.arange(len(connections) + 1)),
        previous_time=previous_time,
        timed=timed,
    )


_ALWAYS_KEPT: Final = np.uint32(event.RETRANSMISSION | event.ZERO_WINDOW | event.GAP)
_ONLY_WHEN_CLOSING: Final = (
    event.ACK_ADVANCES
    | event.INCOMPLETE[0]
    | event.INCOMPLETE[1]
    | event.UNACKNOWLEDGED[0]
    | event.UNACKNOWLEDGED[1]
)


def _codes(
    packets: TcpPackets, streams: Streams, connections: Connections, first: Booleans
) -> Codes:
    flags = packets.flags
    code = packets.side.astype(np.uint32) * np.uint32(event.SIDE)
    for flag, bit in ((SYN, event.SYN), (ACK, event.ACK), (FIN, event.FIN), (RST, event.RST)):
        _mark(code, (flags & flag) != 0, bit)
    _mark(code, packets.length > 0, event.DATA)
    for side, stream in enumerate(streams):
        _mark_stream(code, packets, stream, side, connections)
        _mark(code, stream.incomplete(), event.INCOMPLETE[side])
        _mark(code, stream.unacknowledged(), event.UNACKNOWLEDGED[side])
    _mark_zero_windows(code, packets, streams, connections)
    _mark_new_control(code, packets, streams, connections)
    _mark_repeated_starts(code, packets, streams, connections, first)
    return code


def _mark(code: Codes, where: Booleans | Indices, bit: int) -> None:
    if where.dtype == np.bool_:
        code |= where.astype(np.uint32) * np.uint32(bit)
    else:
        code[where] |= np.uint32(bit)


def counted(connection: Indices, before: NDArray[Any]) -> Booleans:
    """Return which occurrences are the 1st, 10th, 100th ... of their connection.

    ``connection`` has one entry an occurrence, ``before`` the counts so far by connection.
    """
    counts = ordinals(connection) + 1 + before[connection]
    return np.isin(counts, _COUNTS_SHOWN)


def _gaps_shown(connection: Indices, holes: NDArray[np.int64], before: NDArray[Any]) -> Booleans:
    """Return which entries make the count of holes reach 1, 10, 100 ...; like ``counted``."""
    totals = np.cumsum(holes)
    starts, ends = run_bounds(connection)
    counts = totals - np.repeat((totals - holes)[starts], ends - starts) + before[connection]
    passed = np.searchsorted(_COUNTS_SHOWN, counts, side="right")
    shown: Booleans = passed > np.searchsorted(_COUNTS_SHOWN, counts - holes, side="right")
    return shown


def _mark_stream(
    code: Codes, packets: TcpPackets, stream: Stream, side: int, connections: Connections
) -> None:
    repeated = stream.sent.index[stream.sent.retransmitted]
    shown = counted(packets.connection[repeated], connections["retransmissions"][:, side])
    _mark(code, repeated[shown], event.RETRANSMISSION)
    acknowledgements = stream.acknowledgements
    _mark(code, acknowledgements.index[acknowledgements.advances], event.ACK_ADVANCES)
    missing = acknowledgements.holes > 0
    gaps = acknowledgements.index[missing]
    shown = _gaps_shown(
        packets.connection[gaps], acknowledgements.holes[missing], connections["gaps"][:, side]
    )
    _mark(code, gaps[shown], event.GAP | event.ACK_ADVANCES)


def zero_windows(packets: TcpPackets, streams: Streams, side: int) -> Indices:
    """Return the packets by which a side closes its window while the other may still send."""
    candidates = np.flatnonzero(
        packets.window_closed & (packets.side == bool(side)) & ((packets.flags & RST) == 0)
    )
    idle = streams[1 - side].fin[candidates] | streams[side].reset[candidates]
    return candidates[~idle]


def _mark_zero_windows(
    code: Codes, packets: TcpPackets, streams: Streams, connections: Connections
) -> None:
    for side in (0, 1):
        closed = zero_windows(packets, streams, side)
        shown = counted(packets.connection[closed], connections["zero_windows"][:, side])
        _mark(code, closed[shown], event.ZERO_WINDOW)


@dataclass(frozen=True)
class ControlPackets:
    """Packets with one control flag, grouped by connection, side and flag (SYN 0, FIN 1, RST 2)."""

    packet: Indices
    connection: Indices
    side: Indices
    flag: Indices
    position: NDArray[np.int64]
    first: Booleans  # of its group


def control_packets(packets: TcpPackets, streams: Streams) -> ControlPackets:
    """Return the packets with one control flag and their positions (a FIN's: of the FIN)."""
    control = packets.flags & (SYN | FIN | RST)
    index = np.flatnonzero((control == SYN) | (control == FIN) | (control == RST))
    flag = np.where(control[index] == SYN, 0, np.where(control[index] == FIN, 1, 2))
    position = np.zeros(len(packets), dtype=np.int64)
    for stream in streams:
        position[stream.sent.index] = stream.sent.position
    position = position[index] + np.where(flag == 1, packets.length[index], 0)
    connection, side = packets.connection[index], packets.side[index].astype(np.int64)
    group = (connection * 2 + side) * 3 + flag
    order = np.argsort(group, kind="stable")
    return ControlPackets(
        packet=index[order],
        connection=connection[order],
        side=side[order],
        flag=flag[order],
        position=position[order],
        first=first_of_run(group[order]),
    )


def _mark_new_control(
    code: Codes, packets: TcpPackets, streams: Streams, connections: Connections
) -> None:
    control = control_packets(packets, streams)
    before = np.roll(control.position, 1)
    key = (control.connection[control.first], control.side[control.first])
    before[control.first] = connections["control_position"][(*key, control.flag[control.first])]
    _mark(code, control.packet[control.position != before], event.NEW_CONTROL)


def _mark_repeated_starts(
    code: Codes, packets: TcpPackets, streams: Streams, connections: Connections, first: Booleans
) -> None:
    """Mark the SYN packets whose sequence number is the start of a side as known before them."""
    at = np.flatnonzero((packets.flags & SYN) != 0)
    row = packets.connection[at]
    for side in (0, 1):
        start = implied_starts(packets, streams, side)
        before = np.where(first[at], connections["start"][row, side], start[at - 1])
        _mark(code, at[packets.sequence[at] == before], event.REPEATS_START[side])


def implied_starts(packets: TcpPackets, streams: Streams, side: int) -> NDArray[np.uint32]:
    """Return the sequence number of position 0, from acknowledgements while nothing was sent."""
    stream = streams[side]
    silent = np.flatnonzero(~stream.known)
    acknowledging = np.zeros(len(packets), dtype=np.bool_)
    acknowledging[stream.acknowledgements.index] = True
    last = last_marked(acknowledging)[silent]
    inside = (last >= 0) & (packets.connection[last] == packets.connection[silent])
    starts = stream.start.copy()
    starts[silent[inside]] = packets.acknowledgement[last[inside]] - np.uint32(1)
    return starts


def _closing(packets: TcpPackets, connections: Connections, first: Booleans) -> Booleans:
    """Return which packets come with or after the first FIN or RST of their connection."""
    starts = np.flatnonzero(first)
    marks = (packets.flags & (FIN | RST)) != 0
    marks[starts] |= connections["closing"][packets.connection[starts]]
    return last_marked(marks) >= last_marked(first)


def _first_of_kind(code: Codes, delimiter: Booleans, where: Booleans) -> Booleans:
    """Return which packets are the first of their kind since the last delimiter."""
    run = np.cumsum(delimiter)
    kind = (code & event.SIDE) | ((code & event.DATA) >> 4) | (code & event.ACK)
    slot = run * 8 + kind
    index = np.flatnonzero(where)[::-1]
    first = np.full(int(run[-1] + 1) * 8 if len(run) else 0, -1, dtype=np.int64)
    first[slot[index]] = index
    kept = np.zeros(len(code), dtype=np.bool_)
    kept[first[first >= 0]] = True
    return kept


def _differs_from_last(code: Codes, packets: TcpPackets, closing: Booleans) -> Booleans:
    """Return which packets are unlike the last one of the same side and connection."""
    differs = np.zeros(len(code), dtype=np.bool_)
    for side in (False, True):
        index = np.flatnonzero(closing & (packets.side == side))
        own = code[index]
        marks = first_of_run(packets.connection[index])
        marks[1:] |= own[1:] != own[:-1]
        differs[index] = marks
    return differs


def _late_packets(packets: TcpPackets, starts: Indices, connections: Connections) -> Indices:
    """Return the first packets that a timer of five seconds might keep from their connection.

    It runs from every FIN and RST, from the end of a connection, and from an unanswered start.
    """
    ends = np.append(starts[1:], len(packets))
    latest = np.repeat(packets.now[ends - 1], ends - starts)
    closes = ((packets.flags & (FIN | RST)) != 0) & (latest >= packets.time + SHORTEST_TIMER)
    since = [(packet, int(packets.time[packet])) for packet in np.flatnonzero(closes).tolist()]
    rows = packets.connection[starts]
    for base in (
        connections["removal_base"][rows],
        _unanswered_since(packets, connections, starts),
    ):
        due = np.flatnonzero((base > 0) & (latest[starts] >= base + SHORTEST_TIMER))
        since += [(int(starts[row]), int(base[row])) for row in due.tolist()]
    late = []
    for packet, time in since:
        end = int(ends[np.searchsorted(starts, packet, side="right") - 1])
        after = np.searchsorted(packets.now[packet:end], time + SHORTEST_TIMER)
        late.append(packet + int(after))
    return np.array(late, dtype=np.int64)


def _unanswered_since(
    packets: TcpPackets, connections: Connections, starts: Indices
) -> NDArray[np.int64]:
    """Return when connections began that had no answer within the shortest timer, else 0."""
    rows = packets.connection[starts]
    last = packets.now[np.append(starts[1:], len(packets)) - 1]
    never = np.iinfo(np.int64).max
    times = np.where(answers(packets, connections), packets.now, never)
    answered = np.minimum.reduceat(times, starts) if len(starts) else last
    begun = connections["first_time"][rows]
    waited = np.minimum(answered, last) - begun >= SHORTEST_TIMER
    return np.where(waited & ~connections["answered"][rows], begun, 0)


def answers(packets: TcpPackets, connections: Connections) -> Booleans:
    """Return the responders' packets; a bare acknowledgement is no answer to a SYN."""
    says_something = (packets.length > 0) | ((packets.flags & (SYN | FIN | RST)) != 0)
    originator = connections["originator"].astype(np.bool_)[packets.connection]
    answering: Booleans = says_something & (packets.side != originator)
    return answering


def _may_be_timed(packets: TcpPackets, connections: Connections, starts: Indices) -> Booleans:
    """Return which connections were closing before these packets, so that timers may run."""
    timed = np.zeros(len(connections), dtype=np.bool_)
    rows = packets.connection[starts]
    timed[rows] |= connections["closing"][rows]
    return timed
