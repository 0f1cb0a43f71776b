"""Follows all connections of a capture through its blocks of packets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from capture.builtin.block import PacketBlock
from capture.builtin.dns.detect import UDP_PORTS
from capture.builtin.flows import datagrams as datagram_rules
from capture.builtin.flows.connection_table import (
    Connections,
    TextPool,
    join_rows,
    new_connections,
    take_rows,
)
from capture.builtin.flows.datagrams import Datagrams, analyse_datagrams
from capture.builtin.flows.grouping import Grouped, group
from capture.builtin.flows.payloads import feed_datagrams, feed_streams
from capture.builtin.flows.ports import ICMP, ICMPV6, TCP, UDP
from capture.builtin.flows.protocols import Protocols
from capture.builtin.flows.rows import Rows, concatenate, conn_table
from capture.builtin.flows.runs import Booleans, Indices
from capture.builtin.flows.tcp import closing
from capture.builtin.flows.tcp.analysis import TcpAnalysis
from capture.builtin.flows.tcp.packets import TcpPackets

_DNS_HEADER_BYTES: Final = 12
_DNS_RESPONSE: Final = 0x80  # QR, RFC 1035, section 4.1.1
_HAS_CONNECTIONS: Final = np.zeros(256, dtype=np.bool_)
_HAS_CONNECTIONS[[ICMP, TCP, UDP, ICMPV6]] = True
_IS_DNS_PORT: Final = np.zeros(1 << 16, dtype=np.bool_)
_IS_DNS_PORT[list(UDP_PORTS)] = True


class FlowTracker:
    """Takes blocks of packets in capture order; gives the conn table and what protocols said.

    Connections that end become rows at once, those that are open go on in the next block. Only
    TCP, UDP and ICMP have connections.
    """

    def __init__(self) -> None:
        self._histories = TextPool()
        self._states = TextPool()
        self._tcp = TcpAnalysis(self._histories)
        self._protocols = Protocols()
        self._open_tcp = new_connections(0)
        self._open_datagrams = new_connections(0)
        self._finished: list[Rows] = []
        self._packets = 0
        self._now = np.iinfo(np.int64).min

    def feed(self, block: PacketBlock) -> None:
        """Take the packets of the next block."""
        self._now = int(block.clock_ns[-1])
        is_tcp = block.protocol == TCP
        self._feed_tcp(block, np.flatnonzero(is_tcp))
        others = _HAS_CONNECTIONS[block.protocol] & ~is_tcp
        self._feed_datagrams(block, np.flatnonzero(others))
        self._packets += len(block)

    def open_connections(self) -> int:
        """Return how many connections may still go on."""
        return len(self._open_tcp) + len(self._open_datagrams)

    def finish(self) -> tuple[pl.DataFrame, Protocols]:
        """Return the conn table and the protocols' findings; all connections are over."""
        self._finish_tcp(self._open_tcp)
        self._finish_datagrams(self._open_datagrams)
        self._open_tcp = self._open_datagrams = new_connections(0)
        self._protocols.close_all()
        rows = concatenate(self._finished)
        self._finished.clear()
        table = conn_table(rows, self._histories, self._states, self._protocols.services)
        return table, self._protocols

    def _feed_tcp(self, block: PacketBlock, entries: Indices) -> None:
        parts = [
            self._without_ended(connections, ended)
            for connections, ended in self._analyse_tcp(block, entries)
        ]
        self._finish_tcp(join_rows([over for over, _ in parts]))
        self._open_tcp = join_rows([still_open for _, still_open in parts])

    def _without_ended(
        self, connections: Connections, ended: Booleans
    ) -> tuple[Connections, Connections]:
        """Return the connections that are over, and those that may go on."""
        over = ended | closing.are_over(connections, self._tcp.transitions, self._now)
        if not over.any():
            return connections[:0], connections
        return take_rows(connections, over), take_rows(connections, ~over)

    def _analyse_tcp(
        self, block: PacketBlock, entries: Indices
    ) -> Iterator[tuple[Connections, Booleans]]:
        """Yield connections after the block, and which are followed by another one."""
        grouped = group(block, entries, self._open_tcp)
        self._open_tcp = new_connections(0)
        yield grouped.idle, np.zeros(len(grouped.idle), dtype=np.bool_)
        packets = _tcp_packets(block, grouped)
        for part in self._tcp.analyse(packets, grouped.flows, self._packets):
            feed_streams(block, part, self._protocols, self._tcp.transitions)
            yield part.connections, part.ended

    def _finish_tcp(self, connections: Connections) -> None:
        self._finished.append(
            closing.finished_rows(connections, self._tcp.transitions, self._histories, self._states)
        )
        self._tcp.forget(connections)
        self._close_streams(connections)

    def _feed_datagrams(self, block: PacketBlock, entries: Indices) -> None:
        grouped = group(block, entries, self._open_datagrams)
        datagrams = Datagrams(
            connection=grouped.row,
            entry=grouped.entry,
            side=grouped.side,
            time=block.time_ns[grouped.entry],
            now=block.network_time_ns[grouped.entry],
            length=block.payload_length[grouped.entry].astype(np.int64),
            ip_length=block.ip_length[grouped.entry].astype(np.int64),
            answers=_dns_answers(block, grouped.entry),
        )
        analysed = analyse_datagrams(
            datagrams, grouped.flows, self._packets, block.clock_ns, self._histories
        )
        feed_datagrams(block, analysed, self._protocols)
        self._finish_datagrams(take_rows(analysed.connections, analysed.ended))
        connections = join_rows([grouped.idle, take_rows(analysed.connections, ~analysed.ended)])
        over = datagram_rules.are_over(connections, block.clock_ns)
        self._finish_datagrams(take_rows(connections, over))
        self._open_datagrams = take_rows(connections, ~over)

    def _finish_datagrams(self, connections: Connections) -> None:
        self._finished.append(datagram_rules.finished_rows(connections, self._states))
        self._close_streams(connections)

    def _close_streams(self, connections: Connections) -> None:
        # In the order of their beginnings, so that equal times stay in order in the logs.
        for serial in sorted(connections["serial"][connections["stream"] != 0].tolist()):
            self._protocols.close(serial)


def _dns_answers(block: PacketBlock, entries: Indices) -> Booleans:
    """Return which UDP packets to a DNS port have the bit of a response set."""
    answers = np.zeros(len(entries), dtype=np.bool_)
    whole_header = block.payload_captured[entries] >= _DNS_HEADER_BYTES
    to_dns = _IS_DNS_PORT[block.destination_port[entries]]
    at = np.flatnonzero(to_dns & (block.protocol[entries] == UDP) & whole_header)
    flags = block.data[block.payload_offset[entries[at]] + 2]
    answers[at] = (flags & _DNS_RESPONSE) != 0
    return answers


def _tcp_packets(block: PacketBlock, grouped: Grouped) -> TcpPackets:
    entry = grouped.entry
    length = block.payload_length.take(entry).astype(np.int64)
    return TcpPackets(
        bounds=grouped.bounds,
        connection=grouped.row,
        entry=entry,
        side=grouped.side,
        time=block.time_ns.take(entry),
        now=block.network_time_ns.take(entry),
        sequence=block.tcp_sequence.take(entry),
        acknowledgement=block.tcp_acknowledgement.take(entry),
        flags=block.tcp_flags.take(entry),
        length=length,
        whole=block.payload_captured.take(entry) >= length,
        window_closed=block.tcp_window.take(entry) == 0,
        ip_length=block.ip_length.take(entry).astype(np.int64),
    )
