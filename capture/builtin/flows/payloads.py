"""Payload from packets to the protocol readers: of which connections, in which order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.arrivals import PAYLOAD, Arrivals, payload_in_order
from capture.builtin.flows.connection_table import Connections, take_rows
from capture.builtin.flows.detection import Payloads, detect_protocols
from capture.builtin.flows.open_streams import Runs, are_read, open_streams, runs_of
from capture.builtin.flows.protocols import NOTHING, TLS, OpenStream, Protocols
from capture.builtin.flows.rows import connection_columns
from capture.builtin.flows.runs import Booleans, Indices
from capture.builtin.flows.tcp.analysis import AnalysedPackets
from capture.builtin.flows.tcp.transitions import Transitions
from capture.builtin.segment import Segment
from capture.builtin.tls.detect import begins_with_hello
from capture.builtin.tls.handshakes_at_once import read_handshakes


def feed_streams(
    block: PacketBlock, part: AnalysedPackets, protocols: Protocols, transitions: Transitions
) -> None:
    """Pass the payload of TCP connections, in order, to the readers of their protocols.

    Like Zeek's TLS analyser, it leaves out connections of which the beginning was not captured, and
    of those that lack only the responder's beginning what follows its first packet.
    """
    connections = part.connections
    begins = detect_protocols(block, _stored_payloads(part), connections)
    partial = transitions.column("partial")
    without_beginning = partial[connections["state"]] & (connections["stream"] == TLS)
    ends = part.ends.copy()
    ends[without_beginning] = _ends_of_beginnings(part, np.flatnonzero(without_beginning))
    connections["stream"][without_beginning & (ends == part.begins)] = NOTHING
    reads = are_read(connections)
    if not reads.any():
        return
    packet, gap_side, position = _wanted_arrivals(part, reads, begins, ends)
    packets = part.packets
    entry, side = packets.entry[packet], packets.side[packet]
    row = packets.connection[packet]
    arrivals = Arrivals(block, row, entry, side, packets.now[packet], gap_side, position)
    runs = runs_of(row)
    frontiers = _frontiers_before(part, packet[runs.starts])
    left = ~_take_handshakes(arrivals, runs, frontiers, connections, protocols)
    runs, frontiers = runs.take(left), frontiers[left]
    for row_number, stream, bounds in open_streams(runs, frontiers, connections, protocols):
        serial = int(connections["serial"][row_number])
        originator = int(connections["originator"][row_number])
        if not _feed_stream(arrivals, bounds, serial, originator, stream, protocols):
            connections["stream"][row_number] = NOTHING
    connections["stream"][without_beginning] = NOTHING


def _ends_of_beginnings(part: AnalysedPackets, rows: Indices) -> Indices:
    """Return where the packets end that the originator, from its SYN on, sent alone."""
    connections, begins = part.connections[rows], part.begins[rows]
    number = np.arange(len(rows))
    opened = connections["from_syn"][number, connections["originator"]]
    sides = np.stack([stream.sent.first[rows] for stream in part.streams], axis=1)
    first = sides[number, 1 - connections["originator"]]
    is_first = _are_all_here(part, rows, 1 - connections["originator"])
    return np.where(opened & is_first, np.minimum(first, part.ends[rows]), begins)


def _are_all_here(part: AnalysedPackets, rows: Indices, sides: Indices) -> Booleans:
    """Return whether these sides of connections have sent nothing in earlier blocks."""
    sent = [
        np.count_nonzero(part.packets.side[part.begins[row] : part.ends[row]] == side)
        for row, side in zip(rows, sides, strict=True)
    ]
    are_here: Booleans = np.equal(part.connections["packets"][rows, sides], sent)
    return are_here


def _stored_payloads(part: AnalysedPackets) -> Payloads:
    """Return the payload that a reassembler can use."""
    index = [stream.sent.index[stream.sent.stored] for stream in part.streams]
    in_order = [
        stream.sent.stored_start[stream.sent.stored] < stream.frontier[packets]
        for stream, packets in zip(part.streams, index, strict=True)
    ]
    packet, is_in_order = np.concatenate(index), np.concatenate(in_order)
    inside = packet < part.ends[part.packets.connection[packet]]
    packet = packet[inside]
    return Payloads(
        part.packets.connection[packet],
        part.packets.entry[packet],
        part.packets.side[packet],
        is_in_order[inside],
    )


def _wanted_arrivals(
    part: AnalysedPackets, reads: Booleans, begins: Indices, ends: Indices
) -> tuple[Indices, NDArray[np.int8], NDArray[np.int64]]:
    """Return the arrivals at connections that are read: packet, gap_side and position.

    ``begins`` are entries of the block, ``ends`` numbers of packets.
    """
    packets = part.packets
    found: list[tuple[Indices, NDArray[np.int8], NDArray[np.int64]]] = []
    for side, stream in enumerate(part.streams):
        sent, acknowledgements = stream.sent, stream.acknowledgements
        brings = sent.index[sent.stored]
        gaps = acknowledgements.index[acknowledgements.gap > 0]
        for packet, gap_side, position in (
            (brings, PAYLOAD, sent.stored_start[sent.stored]),
            (gaps, side, acknowledgements.trimmed[gaps]),
        ):
            row = packets.connection[packet]
            wanted = reads[row] & (packet < ends[row])
            wanted &= packets.entry[packet] >= begins[row]
            kind = np.full(np.count_nonzero(wanted), gap_side, np.int8)
            found.append((packet[wanted], kind, position[wanted]))
    packets_found, kinds, positions = zip(*found, strict=True)
    all_packets, all_kinds = np.concatenate(packets_found), np.concatenate(kinds)
    # What a packet acknowledges comes before what it brings.
    order = np.argsort(all_packets * 2 + (all_kinds == PAYLOAD), kind="stable")
    return all_packets[order], all_kinds[order], np.concatenate(positions)[order]


def _frontiers_before(part: AnalysedPackets, packet: Indices) -> Indices:
    """Return, shape (n, 2), where both streams of a connection stand just before packets of it."""
    row = part.packets.connection[packet]
    inside = packet > part.begins[row]
    before = [stream.frontier[packet - 1] for stream in part.streams]
    return np.where(inside[:, None], np.stack(before, axis=1), part.delivered_before[row])


def _feed_stream(
    arrivals: Arrivals,
    bounds: range,
    serial: int,
    originator: int,
    stream: OpenStream,
    protocols: Protocols,
) -> bool:
    """Pass what arrived at one connection to its reader; return whether it wants more."""
    wants_more = protocols.read(serial, stream, _segments(arrivals, bounds, originator, stream))
    if wants_more and stream.assembly.overflowed:
        protocols.close(serial)
        return False
    return wants_more


def _segments(
    arrivals: Arrivals, bounds: range, originator: int, stream: OpenStream
) -> Iterator[Segment]:
    """Yield what the arrivals make available, in order, until too much has to wait."""
    assembly = stream.assembly
    for at in bounds:
        time, gap_side = arrivals.time[at], arrivals.gap_side[at]
        if gap_side == PAYLOAD:
            side = arrivals.side[at]
            for data in assembly.store(side, arrivals.position[at], arrivals.payload(at)):
                yield Segment(time, side == originator, data)
            if assembly.overflowed:
                return
        else:
            for missing, data in assembly.give_up(gap_side, arrivals.position[at]):
                yield Segment(time, gap_side == originator, data, missing)


def _take_handshakes(
    arrivals: Arrivals,
    runs: Runs,
    frontiers: Indices,
    connections: Connections,
    protocols: Protocols,
) -> Booleans:
    """Pass on handshakes that are understood at once; return which connections have them."""
    begin, end = arrivals.begin[runs.starts], arrivals.end[runs.starts]
    fresh = (connections["stream"][runs.rows] == TLS) & begins_with_hello(arrivals.data, begin, end)
    fresh &= ~protocols.are_open(connections["serial"][runs.rows])
    rows, starts, ends = runs.take(fresh)
    originators = connections["originator"][rows]
    payload = payload_in_order(arrivals, starts, ends, frontiers[fresh], originators)
    handshakes = read_handshakes(payload)
    table = take_rows(connections, rows[handshakes.connection])
    protocols.take_handshakes(table["serial"], connection_columns(table), handshakes)
    connections["stream"][rows[handshakes.connection]] = NOTHING
    taken = np.zeros(len(fresh), dtype=np.bool_)
    taken[np.flatnonzero(fresh)[handshakes.connection]] = True
    return taken
