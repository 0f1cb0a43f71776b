"""Payload from datagrams to the protocol readers: of which connections, in which order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.dns.detect import ask_a_name_server
from capture.builtin.dns.exchanges_at_once import plain_exchanges
from capture.builtin.flows.arrivals import PAYLOAD, Arrivals, datagrams_in_order
from capture.builtin.flows.connection_table import Connections, take_rows
from capture.builtin.flows.datagrams import AnalysedDatagrams, asked_originator
from capture.builtin.flows.detection import Payloads, detect_protocols
from capture.builtin.flows.open_streams import Runs, are_read, open_streams, runs_of
from capture.builtin.flows.ports import UDP
from capture.builtin.flows.protocols import DNS, NOTHING, Protocols
from capture.builtin.flows.rows import connection_columns, ports
from capture.builtin.flows.runs import Booleans
from capture.builtin.segment import Segment


def feed_datagrams(block: PacketBlock, analysed: AnalysedDatagrams, protocols: Protocols) -> None:
    """Pass the payload of UDP connections to the readers of their protocols."""
    connections = analysed.connections
    arrivals = _wanted_arrivals(block, analysed)
    # The DNS table exchanges the roles itself where the answer comes first.
    asked = take_rows(connections, np.arange(len(connections)))
    asked["originator"] = asked_originator(asked)
    runs = runs_of(arrivals.row)
    runs = runs.take(~_take_plain_exchanges(arrivals, runs, asked, protocols))
    beginnings = np.ones((len(runs.rows), 2), dtype=np.int64)
    for row, stream, bounds in open_streams(runs, beginnings, asked, protocols):
        segments = _segments(arrivals, bounds, int(asked["originator"][row]))
        if not protocols.read(int(connections["serial"][row]), stream, segments):
            connections["stream"][row] = NOTHING


def _wanted_arrivals(block: PacketBlock, analysed: AnalysedDatagrams) -> Arrivals:
    """Return the payload of connections from which a protocol is read."""
    datagrams, connections = analysed.datagrams, analysed.connections
    is_udp = connections["protocol"][datagrams.connection] == UDP
    index = np.flatnonzero((datagrams.length > 0) & is_udp)
    row, entry = datagrams.connection[index], datagrams.entry[index]
    in_order = np.ones(len(index), dtype=np.bool_)
    payloads = Payloads(row, entry, datagrams.side[index], in_order)
    begins = detect_protocols(block, payloads, connections)
    wanted = index[are_read(connections)[row] & (entry >= begins[row])]
    return Arrivals(
        block,
        datagrams.connection[wanted],
        datagrams.entry[wanted],
        datagrams.side[wanted],
        datagrams.time[wanted],
        np.full(len(wanted), PAYLOAD, np.int8),
        np.ones(len(wanted), dtype=np.int64),
    )


def _take_plain_exchanges(
    arrivals: Arrivals, runs: Runs, asked: Connections, protocols: Protocols
) -> Booleans:
    """Pass on what needs no reader; return which connections brought nothing else."""
    table = take_rows(asked, runs.rows)
    taken: Booleans = (table["stream"] == DNS) & ask_a_name_server(ports(table, 0), ports(table, 1))
    taken &= ~protocols.are_open(table["serial"])
    at = np.flatnonzero(taken)
    originators = table["originator"][at]
    payload = datagrams_in_order(arrivals, runs.starts[at], runs.ends[at], originators)
    taken[at], exchanges = plain_exchanges(payload)
    table = take_rows(table, at)
    protocols.take_dns(table["serial"], connection_columns(table), exchanges)
    return taken


def _segments(arrivals: Arrivals, bounds: range, originator: int) -> Iterator[Segment]:
    for at in bounds:
        yield Segment(arrivals.time[at], arrivals.side[at] == originator, arrivals.payload(at))
