"""Payload from packets to the protocol readers: of which connections, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.connection import Connection
from capture.builtin.flows.arrivals import PAYLOAD, Arrivals, payload_in_order
from capture.builtin.flows.connection_table import Connections, take_rows
from capture.builtin.flows.datagrams import ANSWER_FIRST, AnalysedDatagrams
from capture.builtin.flows.detection import Payloads, detect_protocols
from capture.builtin.flows.identifiers import connection_uids
from capture.builtin.flows.ports import UDP
from capture.builtin.flows.protocols import NOTHING, READ, TLS, OpenStream, Protocols
from capture.builtin.flows.rows import endpoint, protocol_names
from capture.builtin.flows.runs import Booleans, Indices, run_bounds
from capture.builtin.flows.tcp.analysis import AnalysedPackets
from capture.builtin.flows.tcp.transitions import Transitions
from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.detect import begins_with_hello
from capture.builtin.tls.handshakes_at_once import read_handshakes


def feed_datagrams(block: PacketBlock, analysed: AnalysedDatagrams, protocols: Protocols) -> None:
    """Pass the payload of UDP connections to the readers of their protocols."""
    datagrams, connections = analysed.datagrams, analysed.connections
    is_udp = connections["protocol"][datagrams.connection] == UDP
    index = np.flatnonzero((datagrams.length > 0) & is_udp)
    row, entry = datagrams.connection[index], datagrams.entry[index]
    in_order = np.ones(len(index), dtype=np.bool_)
    payloads = Payloads(row, entry, datagrams.side[index], in_order)
    begins = detect_protocols(block, payloads, connections)
    wanted = index[_reads(connections)[row] & (entry >= begins[row])]
    nothing_missing = np.full(len(wanted), PAYLOAD, np.int8)
    positions = np.ones(len(wanted), dtype=np.int64)
    arrivals = Arrivals(
        block,
        datagrams.connection[wanted],
        datagrams.entry[wanted],
        datagrams.side[wanted],
        datagrams.time[wanted],
        nothing_missing,
        positions,
    )
    # The DNS table exchanges the roles itself where the answer comes first.
    asked = take_rows(connections, np.arange(len(connections)))
    asked["originator"] ^= asked["state"] == ANSWER_FIRST
    beginnings = np.ones((len(wanted), 2), dtype=np.int64)
    for row_number, stream, bounds in _open_streams(arrivals.row, beginnings, asked, protocols):
        serial = int(connections["serial"][row_number])
        originator = int(asked["originator"][row_number])
        segments = _datagram_segments(arrivals, bounds, originator)
        if not protocols.read(serial, stream, segments):
            connections["stream"][row_number] = NOTHING


def _datagram_segments(arrivals: Arrivals, bounds: range, originator: int) -> Iterator[Segment]:
    for at in bounds:
        yield Segment(arrivals.time[at], arrivals.side[at] == originator, arrivals.payload(at))


def _reads(connections: Connections) -> Booleans:
    """Return from which connections a protocol is read."""
    return np.isin(connections["stream"], READ)


def feed_streams(
    block: PacketBlock, part: AnalysedPackets, protocols: Protocols, transitions: Transitions
) -> None:
    """Pass the payload of TCP connections, in order, to the readers of their protocols.

    Like Zeek's TLS analyser, it leaves out connections of which the beginning was not captured.
    """
    connections = part.connections
    begins = detect_protocols(block, _stored_payloads(part), connections)
    partial = transitions.column("partial")
    without_beginning = partial[connections["state"]] & (connections["stream"] == TLS)
    connections["stream"][without_beginning] = NOTHING
    reads = _reads(connections)
    if not reads.any():
        return
    packet, gap_side, position = _wanted_arrivals(part, reads, begins)
    packets = part.packets
    entry, side = packets.entry[packet], packets.side[packet]
    row = packets.connection[packet]
    arrivals = Arrivals(block, row, entry, side, packets.now[packet], gap_side, position)
    frontiers = _frontiers_before(part, packet)
    handshakes = _whole_handshakes(arrivals, frontiers, connections, protocols)
    connections["stream"][list(handshakes)] = NOTHING
    for row_number, stream, bounds in _open_streams(
        row, frontiers, connections, protocols, handshakes
    ):
        serial = int(connections["serial"][row_number])
        originator = int(connections["originator"][row_number])
        if not _feed_stream(arrivals, bounds, serial, originator, stream, protocols):
            connections["stream"][row_number] = NOTHING


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
    part: AnalysedPackets, reads: Booleans, begins: Indices
) -> tuple[Indices, NDArray[np.int8], NDArray[np.int64]]:
    """Return the arrivals at connections that are read: packet, gap_side and position."""
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
            wanted = reads[row] & (packet < part.ends[row])
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


def _whole_handshakes(
    arrivals: Arrivals, frontiers: Indices, connections: Connections, protocols: Protocols
) -> dict[int, TlsConnection]:
    """Return, by row, what TLS connections are that begin here and are understood at once."""
    starts, ends = run_bounds(arrivals.row)
    rows = arrivals.row[starts]
    begin, end = arrivals.begin[starts], arrivals.end[starts]
    fresh = (connections["stream"][rows] == TLS) & begins_with_hello(arrivals.data, begin, end)
    fresh &= ~protocols.are_open(connections["serial"][rows])
    rows, starts, ends = rows[fresh], starts[fresh], ends[fresh]
    originators = connections["originator"][rows]
    payload = payload_in_order(arrivals, starts, ends, frontiers[starts], originators)
    found = zip(rows.tolist(), read_handshakes(payload), strict=True)
    return {row: handshake for row, handshake in found if handshake is not None}


def _open_streams(
    rows: Indices,
    frontiers: Indices,
    connections: Connections,
    protocols: Protocols,
    handshakes: Mapping[int, TlsConnection] = MappingProxyType({}),
) -> Iterator[tuple[int, OpenStream, range]]:
    """Yield each connection with its stream, opened if need be, and where ``rows`` names it.

    ``frontiers`` says for each of ``rows`` where both streams stand just before. Connections that
    have a handshake need no stream.
    """
    starts, ends = run_bounds(rows)
    rows = rows[starts]
    serials = connections["serial"][rows]
    new = ~protocols.are_open(serials)
    table = take_rows(connections, rows[new])
    openings = zip(
        connection_identities(table),
        table["stream"].tolist(),
        frontiers[starts[new]].tolist(),
        strict=True,
    )
    bounds = map(range, starts.tolist(), ends.tolist())
    runs = zip(rows.tolist(), serials.tolist(), new.tolist(), bounds, strict=True)
    for row, serial, is_new, within in runs:
        if is_new:
            identity, protocol, (first, second) = next(openings)
            if row in handshakes:
                protocols.take_tls(serial, identity, handshakes[row], "ssl")
                continue
            protocols.open(serial, identity, protocol, (first, second))
        stream = protocols.stream(serial)
        if stream is not None:
            yield row, stream, within


def connection_identities(connections: Connections) -> list[Connection]:
    """Return what the logs' first columns say of connections."""
    originator, originator_port = endpoint(connections, 0)
    responder, responder_port = endpoint(connections, 1)
    columns = (
        connection_uids(connections).tolist(),
        originator.tolist(),
        originator_port.tolist(),
        responder.tolist(),
        responder_port.tolist(),
        protocol_names(connections).tolist(),
    )
    return list(map(Connection, *columns))
