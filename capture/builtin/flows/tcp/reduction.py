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
    NEVER,
    Booleans,
    Indices,
    first_of_run,
    first_reaching,
    onsets,
    ordinals,
    ranges,
    run_bounds,
)
from capture.builtin.flows.tcp import event
from capture.builtin.flows.tcp.control import ControlPackets, control_packets
from capture.builtin.flows.tcp.conversation_state import INACTIVITY
from capture.builtin.flows.tcp.openings import previous_times
from capture.builtin.flows.tcp.packets import ACK, FIN, RST, SYN, TcpPackets
from capture.builtin.flows.tcp.stream import Stream

Streams = tuple[Stream, Stream]
Codes = NDArray[np.uint32]

SECOND: Final = 10**9
SHORTEST_TIMER: Final = 5 * SECOND
_COUNTS_SHOWN: Final = 10 ** np.arange(18)


def _flag_codes() -> Codes:
    flags = np.arange(256)
    code = np.zeros(256, dtype=np.uint32)
    for flag, bit in ((SYN, event.SYN), (ACK, event.ACK), (FIN, event.FIN), (RST, event.RST)):
        code[(flags & flag) != 0] |= np.uint32(bit)
    return code


_FLAG_CODES: Final = _flag_codes()


@dataclass(frozen=True)
class Events:
    """The packets that matter, by their index into the packets, with their codes.

    ``bounds`` has one entry more than there are connections: the events of connection ``c`` are
    ``bounds[c]`` to ``bounds[c + 1]``. ``timed`` tells which connections a timer might have ended.
    ``closing`` and ``answered`` have one entry a connection: from which packet on a FIN or RST was
    seen, and the responder had sent more than acknowledgements; see ``onsets``. ``zero_windows``
    are by side.
    """

    packet: Indices
    code: Codes
    bounds: Indices
    previous_time: NDArray[np.int64]  # of every packet: when the one before it was seen
    timed: Booleans
    closing: Indices
    answered: Indices
    control: ControlPackets
    zero_windows: tuple[Indices, Indices]


def reduce_to_events(packets: TcpPackets, streams: Streams, connections: Connections) -> Events:
    """Return the events of TCP packets, which are sorted by connection."""
    has_payload = packets.length > 0
    code = _FLAG_CODES[packets.flags]
    code |= packets.side
    code |= has_payload * np.uint32(event.DATA)
    ending = packets.with_flag(FIN | RST)
    closing = onsets(ending, packets.connection[ending], connections["closing"])
    answered = _answered(packets, has_payload, connections)
    control = control_packets(packets, streams)
    zero_windows = (_zero_windows(packets, streams, 0), _zero_windows(packets, streams, 1))

    kept = np.zeros(len(packets), dtype=np.bool_)
    previous_time = previous_times(packets, connections)
    silence = packets.now - previous_time
    kept[silence >= SHORTEST_TIMER] = True
    kept[packets.control] = True
    kept[packets.starts] = True
    late = _late_packets(packets, ending, closing, answered, connections)
    kept[late] = True
    closing_packets = _packets_from(packets, closing)
    always = _mark_repeated_conditions(code, packets, streams, zero_windows, connections)
    _mark_control(code, packets, streams, control, connections)
    _mark_closing(code, packets, streams, closing_packets)
    _keep(kept, code, packets, closing_packets)
    kept[always] = True

    index = np.flatnonzero(kept)
    timed: Booleans = np.asarray(connections["closing"]).copy()
    timed[packets.connection[late]] = True
    # How long its port may be silent a connection learns only from its handshake.
    timed[packets.connection[silence >= INACTIVITY]] = True
    return Events(
        packet=index,
        code=code[index],
        bounds=np.searchsorted(index, packets.bounds),
        previous_time=previous_time,
        timed=timed,
        closing=closing,
        answered=answered,
        control=control,
        zero_windows=zero_windows,
    )


def _answered(packets: TcpPackets, has_payload: Booleans, connections: Connections) -> Indices:
    """Return from where on the responder has answered; a bare acknowledgement is no answer."""
    originator = connections["originator"].astype(np.bool_)
    answers = has_payload.copy()
    answers[packets.control] = True
    answers &= packets.side != np.repeat(originator, np.diff(packets.bounds))
    at = np.flatnonzero(answers)
    return onsets(at, packets.connection[at], connections["answered"])


def _zero_windows(packets: TcpPackets, streams: Streams, side: int) -> Indices:
    """Return the packets by which a side closes its window while the other may still send."""
    closed = np.flatnonzero(packets.window_closed & (packets.side == bool(side)))
    closed = closed[(packets.flags[closed] & RST) == 0]
    own, peer = streams[side].sender, streams[1 - side].sender
    idle = peer.since(peer.sent.fin, closed) | own.since(own.sent.reset, closed)
    counting: Indices = closed[~idle]
    return counting


def counted(connection: Indices, before: NDArray[Any]) -> Booleans:
    """Return which occurrences are the 1st, 10th, 100th ... of their connection.

    ``connection`` has one entry an occurrence, ``before`` the counts so far by connection.
    """
    counts = ordinals(connection) + 1 + before[connection]
    shown: Booleans = _COUNTS_SHOWN[np.searchsorted(_COUNTS_SHOWN, counts)] == counts
    return shown


def _gaps_shown(connection: Indices, holes: NDArray[np.int64], before: NDArray[Any]) -> Booleans:
    """Return which entries make the count of holes reach 1, 10, 100 ...; like ``counted``."""
    totals = np.cumsum(holes)
    starts, ends = run_bounds(connection)
    counts = totals - np.repeat((totals - holes)[starts], ends - starts) + before[connection]
    passed = np.searchsorted(_COUNTS_SHOWN, counts, side="right")
    shown: Booleans = passed > np.searchsorted(_COUNTS_SHOWN, counts - holes, side="right")
    return shown


def _mark_repeated_conditions(
    code: Codes,
    packets: TcpPackets,
    streams: Streams,
    zero_windows: tuple[Indices, Indices],
    connections: Connections,
) -> Indices:
    """Mark what is shown at its 1st, 10th, 100th ... occurrence; return where that is."""
    marked = []
    for side, stream in enumerate(streams):
        for occurrences, column, bit in (
            (stream.sent.retransmitted, "retransmissions", event.RETRANSMISSION),
            (zero_windows[side], "zero_windows", event.ZERO_WINDOW),
        ):
            row = packets.connection[occurrences]
            marked.append(occurrences[counted(row, connections[column][:, side])])
            code[marked[-1]] |= np.uint32(bit)
        missing = np.flatnonzero(stream.acknowledgements.holes)
        gaps, holes = (
            stream.acknowledgements.index[missing],
            stream.acknowledgements.holes[missing],
        )
        shown = _gaps_shown(packets.connection[gaps], holes, connections["gaps"][:, side])
        marked.append(gaps[shown])
        code[marked[-1]] |= np.uint32(event.GAP)
    return np.concatenate(marked)


def _mark_control(
    code: Codes,
    packets: TcpPackets,
    streams: Streams,
    control: ControlPackets,
    connections: Connections,
) -> None:
    """Mark new control packets, and SYN packets that repeat the start of a side."""
    before = np.roll(control.position, 1)
    key = (control.connection[control.first], control.side[control.first])
    before[control.first] = connections["control_position"][(*key, control.flag[control.first])]
    code[control.packet[control.position != before]] |= np.uint32(event.NEW_CONTROL)
    syns = packets.with_flag(SYN)
    is_first = packets.first[syns]
    row, later = packets.connection[syns], syns[~is_first]
    for side, stream in enumerate(streams):
        start = connections["start"][row, side]
        start[~is_first] = stream.starts(later - 1)
        repeats = syns[packets.sequence[syns] == start]
        code[repeats] |= np.uint32(event.REPEATS_START[side])


def _packets_from(packets: TcpPackets, onset: Indices) -> Indices:
    """Return all packets of connections from ``onset`` on."""
    begins = np.maximum(onset[packets.rows], packets.starts)
    return ranges(np.minimum(begins, packets.stops), packets.stops)


def _mark_closing(code: Codes, packets: TcpPackets, streams: Streams, closing: Indices) -> None:
    """Mark what matters only with or after a FIN or RST."""
    own = code[closing]
    by_side, acknowledges = packets.side[closing], (own & event.ACK) != 0
    own |= ((own & event.GAP) != 0) * np.uint32(event.ACK_ADVANCES)
    for side, stream in enumerate(streams):
        heard = np.flatnonzero(acknowledges & (by_side != bool(side)))
        own[heard] |= stream.advanced(closing[heard]) * np.uint32(event.ACK_ADVANCES)
        ahead = stream.ahead(closing)
        own |= (ahead > 1) * np.uint32(event.INCOMPLETE[side])
        own |= (ahead < 0) * np.uint32(event.OVERTAKEN[side])
        own |= stream.unacknowledged(closing) * np.uint32(event.UNACKNOWLEDGED[side])
        sent = np.flatnonzero(by_side == bool(side))
        own[sent] |= stream.waited(closing[sent]) * np.uint32(event.WAITED)
    code[closing] = own


def _keep(kept: Booleans, code: Codes, packets: TcpPackets, closing: Indices) -> None:
    """Add to the packets kept so far those that are unlike the ones before them."""
    is_open = ~kept
    is_open[closing] = False
    first = _first_of_kind(code, kept, np.flatnonzero(is_open))
    for side in (False, True):
        own = closing[packets.side[closing] == side]
        differs = first_of_run(packets.connection[own])
        differs[1:] |= code[own[1:]] != code[own[:-1]]
        kept[own[differs]] = True
    kept[first] = True


def _first_of_kind(code: Codes, delimiter: Booleans, at: Indices) -> Indices:
    """Return which packets ``at`` are the first of their kind since the last delimiter."""
    run = np.cumsum(delimiter, dtype=np.int32)
    own = code[at].astype(np.uint8)
    kind = (own & np.uint8(event.SIDE | event.ACK)) | ((own & np.uint8(event.DATA)) >> 4)
    slot = (run[at] << 3) | kind
    first = np.full(int(run[-1] + 1) * 8 if len(run) else 0, -1, dtype=np.int64)
    first[slot[::-1]] = at[::-1]
    return first[first >= 0]


def _late_packets(
    packets: TcpPackets,
    ending: Indices,
    closing: Indices,
    answered: Indices,
    connections: Connections,
) -> Indices:
    """Return the first packets that a timer of five seconds might keep from their connection.

    It runs from every FIN and RST, from the end of a connection, and from an unanswered start.
    """
    latest = packets.now[packets.stops - 1]
    stop = packets.bounds[packets.connection[ending] + 1]
    ends_early = packets.now[stop - 1] >= packets.time[ending] + SHORTEST_TIMER
    begins, stops, times = (
        [ending[ends_early]],
        [stop[ends_early]],
        [packets.time[ending[ends_early]]],
    )
    for base in (
        connections["removal_base"][packets.rows],
        _unanswered_since(packets, answered, latest, connections),
    ):
        due = np.flatnonzero((base > 0) & (latest >= base + SHORTEST_TIMER))
        begins.append(packets.starts[due])
        stops.append(packets.stops[due])
        times.append(base[due])
    wanted = np.concatenate(times) + SHORTEST_TIMER
    return first_reaching(packets.now, np.concatenate(begins), np.concatenate(stops), wanted)


def _unanswered_since(
    packets: TcpPackets,
    answered: Indices,
    latest: NDArray[np.int64],
    connections: Connections,
) -> NDArray[np.int64]:
    """Return when connections began that had no answer within the shortest timer, else 0."""
    answer = answered[packets.rows]
    until = latest.copy()
    heard = np.flatnonzero((answer >= 0) & (answer < NEVER))
    until[heard] = packets.now[answer[heard]]
    begun = connections["first_time"][packets.rows]
    waited = (until - begun >= SHORTEST_TIMER) & (answer >= 0)
    return np.where(waited, begun, 0)
