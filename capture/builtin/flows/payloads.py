"""Payload from packets to the protocol readers: of which connections, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.connection import Connection
from capture.builtin.dns.detect import may_carry_dns
from capture.builtin.flows.connection_table import Connections
from capture.builtin.flows.datagrams import ANSWER_FIRST, AnalysedDatagrams
from capture.builtin.flows.identifiers import connection_uids
from capture.builtin.flows.ports import UDP
from capture.builtin.flows.protocols import DNS, NOTHING, TLS, UNDECIDED, OpenStream, Protocols
from capture.builtin.flows.rows import endpoint, protocol_names
from capture.builtin.flows.runs import Booleans, Indices, first_of_run
from capture.builtin.flows.tcp.analysis import AnalysedPackets
from capture.builtin.flows.tcp.transitions import Transitions
from capture.builtin.segment import Segment
from capture.builtin.tls.detect import may_carry_tls

_FIRST_BYTES: Final = 16
_EVENTS_AT_ONCE: Final = 16


@dataclass(frozen=True)
class _Payloads:
    """Payload packets, sorted by connection; ``entry`` indexes the block."""

    row: Indices
    entry: Indices
    side: Booleans

    def take(self, where: Booleans | Indices) -> _Payloads:
        return _Payloads(self.row[where], self.entry[where], self.side[where])


def feed_datagrams(block: PacketBlock, analysed: AnalysedDatagrams, protocols: Protocols) -> None:
    """Pass the payload of UDP connections to the readers of their protocols."""
    datagrams, connections = analysed.datagrams, analysed.connections
    is_udp = connections["protocol"][datagrams.connection] == UDP
    index = np.flatnonzero((datagrams.length > 0) & is_udp)
    payloads = _Payloads(datagrams.connection[index], datagrams.entry[index], datagrams.side[index])
    begins = _detect(block, payloads, connections)
    payloads = _wanted(payloads, connections, begins)
    beginnings = np.ones((len(payloads.row), 2), dtype=np.int64)
    # The DNS table exchanges the roles itself where the answer comes first.
    asked = connections.copy()
    asked["originator"] ^= asked["state"] == ANSWER_FIRST
    for row, stream, at in _open_streams(payloads.row, beginnings, asked, protocols):
        _feed_datagrams(block, payloads.take(at), connections, row, stream, protocols)


def _feed_datagrams(
    block: PacketBlock,
    payloads: _Payloads,
    connections: Connections,
    row: int,
    stream: OpenStream,
    protocols: Protocols,
) -> None:
    serial = int(connections["serial"][row])
    originator = bool(connections["originator"][row])
    if connections["state"][row] == ANSWER_FIRST:
        originator = not originator
    times = block.time_ns[payloads.entry].tolist()
    data = _bytes(block, payloads.entry)
    for time, side, payload in zip(times, payloads.side.tolist(), data, strict=True):
        segment = Segment(time, side == originator, payload)
        if not protocols.feed(serial, stream, segment):
            connections["stream"][row] = NOTHING
            return


def _bytes(block: PacketBlock, entries: Indices) -> Iterator[bytes]:
    """Yield the payload of packets, as much as was captured."""
    data = block.data.data
    offsets = block.payload_offset[entries]
    sizes = np.minimum(block.payload_length[entries], block.payload_captured[entries])
    for begin, end in zip(offsets.tolist(), (offsets + sizes).tolist(), strict=True):
        yield bytes(data[begin:end])


def _detect(block: PacketBlock, payloads: _Payloads, connections: Connections) -> Indices:
    """Look at the first payload of each direction; decide which protocol its connection may carry.

    Writes the decision to ``connections`` and returns for each of them the entry of the block from
    which on it is to be read, 0 for those decided before.
    """
    begins = np.zeros(len(connections), dtype=np.int64)
    payloads = payloads.take(_first_payloads(payloads, connections))
    if not len(payloads.row):
        return begins
    rows, entries = payloads.row, payloads.entry
    originator = connections["originator"][rows].astype(np.bool_)
    ports = (connections["first_port"][rows], connections["second_port"][rows])
    size = np.minimum(block.payload_length[entries], block.payload_captured[entries])
    first_bytes = _first_bytes(block, entries, size)
    protocol = connections["protocol"][rows]
    tls = may_carry_tls(
        first_bytes,
        size,
        np.where(originator, ports[0], ports[1]),
        payloads.side == originator,
        protocol,
    )
    dns = may_carry_dns(first_bytes, size, *ports, protocol)
    for found, number in ((tls, TLS), (dns, DNS)):
        decided = np.flatnonzero(found & (connections["stream"][rows] == UNDECIDED))[::-1]
        connections["stream"][rows[decided]] = number
        begins[rows[decided]] = entries[decided]
    return begins


def _first_payloads(payloads: _Payloads, connections: Connections) -> Indices:
    """Return the payloads that are the first of their direction, and note that they were seen."""
    firsts = []
    for side in (0, 1):
        own = np.flatnonzero(payloads.side == bool(side))
        own = own[first_of_run(payloads.row[own])]
        rows = payloads.row[own]
        own = own[~connections["payload_seen"][rows, side]]
        connections["payload_seen"][rows, side] = True
        firsts.append(own)
    return np.sort(np.concatenate(firsts))


def _first_bytes(
    block: PacketBlock, entries: Indices, size: NDArray[np.int32]
) -> NDArray[np.uint8]:
    column = np.arange(_FIRST_BYTES)
    present = column < size[:, None]
    offsets = np.where(present, block.payload_offset[entries][:, None] + column, 0)
    return np.where(present, block.data[offsets], 0).astype(np.uint8)


def _wanted(payloads: _Payloads, connections: Connections, begins: Indices) -> _Payloads:
    """Return the payloads that belong to connections from which a protocol is read."""
    reads = np.isin(connections["stream"], (TLS, DNS))
    return payloads.take(reads[payloads.row] & (payloads.entry >= begins[payloads.row]))


def _open_streams(
    rows: Indices, frontiers: Indices, connections: Connections, protocols: Protocols
) -> Iterator[tuple[int, OpenStream, Indices]]:
    """Yield each connection with its stream, opened if need be, and where ``rows`` names it.

    ``frontiers`` says for each of ``rows`` where both streams stand just before.
    """
    distinct, first = np.unique(rows, return_index=True)
    bounds = [*first.tolist(), len(rows)]
    table = connections[distinct]
    identities = connection_identities(table)
    for number, row in enumerate(distinct.tolist()):
        serial = int(table["serial"][number])
        stream = protocols.stream(serial)
        if stream is None:
            frontier = frontiers[bounds[number]].tolist()
            protocol = int(table["stream"][number])
            stream = protocols.open(serial, identities[number], protocol, tuple(frontier))
        yield row, stream, np.arange(bounds[number], bounds[number + 1])


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
    return [Connection(*values) for values in zip(*columns, strict=True)]


@dataclass(frozen=True)
class _Arrivals:
    """Packets that bring payload, or that acknowledge bytes which the capture lacks."""

    packet: Indices
    row: Indices
    gap_side: NDArray[np.int8]  # whose bytes are missing, -1 for payload
    position: NDArray[np.int64]  # of the payload, or up to where bytes are acknowledged
    in_order: Booleans  # brings payload that is not above a hole


def feed_streams(
    block: PacketBlock, part: AnalysedPackets, protocols: Protocols, transitions: Transitions
) -> None:
    """Pass the payload of TCP connections, in order, to the readers of their protocols.

    Like Zeek's TLS analyser, it leaves out connections of which the beginning was not captured.
    """
    packets, connections = part.packets, part.connections
    partial = np.array([state.partial for state in transitions.states], dtype=np.bool_)
    arrivals = _arrivals(part)
    brings = arrivals.packet[arrivals.in_order]
    payloads = _Payloads(packets.connection[brings], packets.entry[brings], packets.side[brings])
    begins = _detect(block, payloads, connections)
    is_partial = partial[connections["state"]]
    connections["stream"][is_partial & (connections["stream"] == TLS)] = NOTHING
    reads = np.isin(connections["stream"], (TLS, DNS))
    index = np.flatnonzero(
        reads[arrivals.row] & (packets.entry[arrivals.packet] >= begins[arrivals.row])
    )
    frontiers = _frontiers_before(part, arrivals.packet[index])
    for row, stream, at in _open_streams(arrivals.row[index], frontiers, connections, protocols):
        _feed_stream(block, part, arrivals, index[at], row, stream, protocols)


def _frontiers_before(part: AnalysedPackets, packet: Indices) -> Indices:
    """Return, shape (n, 2), where both streams of a connection stand just before packets of it."""
    row = part.packets.connection[packet]
    inside = packet > part.begins[row]
    before = [stream.frontier[packet - 1] for stream in part.streams]
    return np.where(inside[:, None], np.stack(before, axis=1), part.delivered_before[row])


def _arrivals(part: AnalysedPackets) -> _Arrivals:
    packet, gap_side, position, in_order = [], [], [], []
    for side, stream in enumerate(part.streams):
        sent, acknowledgements = stream.sent, stream.acknowledgements
        brings = sent.index[sent.stored]
        gaps = acknowledgements.index[acknowledgements.gap > 0]
        packet += [brings, gaps]
        gap_side += [np.full(len(brings), -1, np.int8), np.full(len(gaps), side, np.int8)]
        contiguous = sent.stored_start[sent.stored] < stream.frontier[brings]
        in_order += [contiguous, np.zeros(len(gaps), dtype=np.bool_)]
        position += [sent.stored_start[sent.stored], acknowledgements.trimmed[gaps]]
    packets = np.concatenate(packet)
    # What a packet acknowledges comes before what it brings.
    kinds = np.concatenate(gap_side)
    order = np.lexsort((kinds < 0, packets))
    rows = part.packets.connection[packets[order]]
    order = order[packets[order] < part.ends[rows]]
    return _Arrivals(
        packet=packets[order],
        row=part.packets.connection[packets[order]],
        gap_side=kinds[order],
        position=np.concatenate(position)[order],
        in_order=np.concatenate(in_order)[order],
    )


def _feed_stream(
    block: PacketBlock,
    part: AnalysedPackets,
    arrivals: _Arrivals,
    index: Indices,
    row: int,
    stream: OpenStream,
    protocols: Protocols,
) -> None:
    serial = int(part.connections["serial"][row])
    originator = int(part.connections["originator"][row])
    for begin in range(0, len(index), _EVENTS_AT_ONCE):
        for segment in _segments(
            block, part, arrivals, index[begin : begin + _EVENTS_AT_ONCE], originator, stream
        ):
            if not protocols.feed(serial, stream, segment):
                part.connections["stream"][row] = NOTHING
                return
        if stream.assembly.overflowed:
            protocols.close(serial)
            part.connections["stream"][row] = NOTHING
            return


def _segments(
    block: PacketBlock,
    part: AnalysedPackets,
    arrivals: _Arrivals,
    index: Indices,
    originator: int,
    stream: OpenStream,
) -> Iterator[Segment]:
    """Yield what the arrivals make available, in order."""
    packet = arrivals.packet[index]
    assembly = stream.assembly
    for payload, side, time, gap_side, position in zip(
        _bytes(block, part.packets.entry[packet]),
        part.packets.side[packet].tolist(),
        part.packets.now[packet].tolist(),
        arrivals.gap_side[index].tolist(),
        arrivals.position[index].tolist(),
        strict=True,
    ):
        if gap_side < 0:
            for data in assembly.store(side, position, payload):
                yield Segment(time, side == originator, data)
        else:
            for missing, data in assembly.give_up(gap_side, position):
                yield Segment(time, gap_side == originator, data, missing)
