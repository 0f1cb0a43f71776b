"""Follows all connections of a capture through its blocks of packets."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.dns.detect import UDP_PORTS
from capture.builtin.flows import datagrams as datagram_rules
from capture.builtin.flows.connection_table import Connections, split_rows
from capture.builtin.flows.datagram_payloads import feed_datagrams
from capture.builtin.flows.datagrams import Datagrams, analyse_datagrams
from capture.builtin.flows.grouping import Grouped, group
from capture.builtin.flows.limits import (
    TOO_MANY_HOLES,
    TOO_MANY_OPEN,
    TOO_MUCH_WAITS,
    Limits,
    Milestones,
    size_of,
)
from capture.builtin.flows.open_connections import OpenConnections
from capture.builtin.flows.payloads import feed_streams
from capture.builtin.flows.ports import ICMP, ICMPV6, TCP, UDP
from capture.builtin.flows.protocols import NOTHING, Protocols
from capture.builtin.flows.rows import Rows
from capture.builtin.flows.runs import Booleans, Indices
from capture.builtin.flows.tcp import closing
from capture.builtin.flows.tcp.analysis import TcpAnalysis
from capture.builtin.flows.tcp.packets import TcpPackets
from capture.builtin.log_rows import LogRows
from capture.builtin.part import WHOLE, Part

_DNS_HEADER_BYTES: Final = 12
_DNS_RESPONSE: Final = 0x80  # QR, RFC 1035, section 4.1.1
_HAS_CONNECTIONS: Final = np.zeros(256, dtype=np.bool_)
_HAS_CONNECTIONS[[ICMP, TCP, UDP, ICMPV6]] = True
_IS_DNS_PORT: Final = np.zeros(1 << 16, dtype=np.bool_)
_IS_DNS_PORT[list(UDP_PORTS)] = True


class FlowTracker:
    """Takes blocks of packets in capture order; adds to the logs what it finds in those of a part.

    Connections that end become rows at once, those that are open go on in the next block. Only
    TCP, UDP and ICMP have connections. Where those of a hostile capture would take more than
    ``limits``, as much as needed is given up, and counted: first what takes most, then what is
    oldest.
    """

    def __init__(self, logs: LogRows, part: Part = WHOLE, limits: Limits | None = None) -> None:
        self._logs = logs
        self._part = part
        self._limits = limits or Limits()
        self._milestones = Milestones(self._limits.interval)
        self._conn = logs.conn
        self._texts = logs.conn.texts
        self._tcp = TcpAnalysis(self._texts.histories)
        self._protocols = Protocols(logs.tls, logs.dns, self._limits.most_waiting_bytes)
        self._open_tcp = OpenConnections()
        self._open_datagrams = OpenConnections()
        self._packets = 0
        self._now = np.iinfo(np.int64).min

    def feed(self, block: PacketBlock) -> None:
        """Take the packets of the next block."""
        if not self._may_reach_limits(block):
            self._milestones.skip(block)
            self._follow(block)
            return
        for piece, ends_at_milestone in self._milestones.pieces(block):
            self._follow(piece)
            if ends_at_milestone:
                self._apply_limits()

    def _may_reach_limits(self, block: PacketBlock) -> bool:
        limits, packets = self._limits, len(block)
        return (
            self._protocols.waiting_bytes + size_of(block) > limits.waiting_bytes
            or self.open_connections() + packets > limits.connections
            or self._tcp.holes() + packets > limits.holes
        )

    def _apply_limits(self) -> None:
        holes = self._tcp.limit_holes(self._limits.holes)
        self._protocols.give_up(self._limits.waiting_bytes)
        self._forget_given_up()
        too_many = max(0, self.open_connections() - self._limits.connections)
        self._end_oldest(too_many)
        self._skip(TOO_MANY_HOLES, holes)
        self._skip(TOO_MANY_OPEN, too_many)

    def _forget_given_up(self) -> None:
        """Read nothing more from connections whose streams were given up."""
        given_up = self._protocols.given_up
        for table in (self._open_tcp, self._open_datagrams):
            table.update(given_up, "stream", NOTHING)
        self._skip(TOO_MUCH_WAITS, len(given_up))
        given_up.clear()

    def _skip(self, reason: str, count: int) -> None:
        if count:
            self._logs.skipped[reason] += count

    def _end_oldest(self, count: int) -> None:
        """Take it that so many connections are over."""
        if not count:
            return
        pieces = chain(self._open_tcp, self._open_datagrams)
        serials = np.concatenate([piece["serial"] for piece in pieces])
        last = np.partition(serials, count - 1)[count - 1]
        self._finish_tcp(self._open_tcp.remove(lambda rows: rows["serial"] <= last))
        self._finish_datagrams(self._open_datagrams.remove(lambda rows: rows["serial"] <= last))

    def _follow(self, block: PacketBlock) -> None:
        self._now = int(block.clock_ns[-1])
        self._tcp.transitions.lulls.extend(block.clock_ns)
        own = self._part.holds(block)
        is_tcp = block.protocol == TCP
        self._feed_tcp(block, np.flatnonzero(own & is_tcp))
        others = _HAS_CONNECTIONS[block.protocol] & own & ~is_tcp
        self._feed_datagrams(block, np.flatnonzero(others))
        self._forget_given_up()
        self._skip(TOO_MANY_HOLES, self._tcp.take_given_up())
        self._packets += len(block)
        self._conn.settle()

    def open_connections(self) -> int:
        """Return how many connections may still go on."""
        return len(self._open_tcp) + len(self._open_datagrams)

    def finish(self) -> None:
        """Take it that all connections are over."""
        self._finish_tcp(self._open_tcp.remove_all())
        self._finish_datagrams(self._open_datagrams.remove_all())
        self._logs.finish()

    def _feed_tcp(self, block: PacketBlock, entries: Indices) -> None:
        ended, still_open = self._analyse_tcp(block, entries)
        self._open_tcp.add(still_open)
        over = self._open_tcp.remove(
            lambda connections: closing.are_over(connections, self._tcp.transitions, self._now)
        )
        self._finish_tcp(chain(ended, over))

    def _analyse_tcp(
        self, block: PacketBlock, entries: Indices
    ) -> tuple[list[Connections], list[Connections]]:
        """Return connections that are followed by another one, and those that may go on."""
        grouped = group(block, entries, self._open_tcp)
        packets = _tcp_packets(block, grouped)
        ended, still_open = [], []
        for part in self._tcp.analyse(packets, grouped.flows, self._packets):
            feed_streams(block, part, self._protocols, self._tcp.transitions)
            followed, others = split_rows(part.connections, part.ended)
            ended.append(followed)
            still_open.append(others)
        return ended, still_open

    def _finish_tcp(self, pieces: Iterable[Connections]) -> None:
        for connections in pieces:
            rows = closing.finished_rows(
                connections, self._tcp.transitions, self._texts.histories, self._texts.states
            )
            self._tcp.forget(connections)
            self._log(connections, rows)

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
            datagrams, grouped.flows, self._packets, block.clock_ns, self._texts.histories
        )
        feed_datagrams(block, analysed, self._protocols)
        ended, still_open = split_rows(analysed.connections, analysed.ended)
        self._finish_datagrams([ended])
        self._open_datagrams.add([still_open])
        over = self._open_datagrams.remove(
            lambda connections: datagram_rules.are_over(connections, block.clock_ns)
        )
        self._finish_datagrams(over)

    def _finish_datagrams(self, pieces: Iterable[Connections]) -> None:
        for connections in pieces:
            rows = datagram_rules.finished_rows(connections, self._texts.states)
            self._log(connections, rows)

    def _log(self, connections: Connections, rows: Rows) -> None:
        """Close what is read of connections that are over, and log them."""
        number = self._texts.services.number
        rows["service"] = number("")
        read = np.flatnonzero(connections["stream"])
        services = self._protocols.end(connections["serial"][read].tolist())
        numbers = {service: number(service) for service in dict.fromkeys(services)}
        rows["service"][read] = [numbers[service] for service in services]
        self._conn.add(rows)


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
