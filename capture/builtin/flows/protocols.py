"""The protocols that are read from connections: TLS, DNS and QUIC, until each has enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, compress
from typing import Final

import numpy as np

from capture.builtin.connection import Connection, ConnectionColumns
from capture.builtin.dns.exchanges_at_once import Exchanges
from capture.builtin.dns.tables import DnsLog
from capture.builtin.dns.tcp import DnsTcpStream
from capture.builtin.flows.assembly import Assembly
from capture.builtin.flows.runs import Booleans, Indices
from capture.builtin.quic.stream import QuicStream
from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.handshakes_at_once import Handshakes
from capture.builtin.tls.stream import TlsStream
from capture.builtin.tls.tables import TlsLog

UNDECIDED: Final = 0
TLS: Final = 1
DNS: Final = 2
NOTHING: Final = 3
QUIC: Final = 4
READ: Final = (TLS, DNS, QUIC)
_BYTES_A_STREAM: Final = 2048  # what an open stream takes if nothing waits in it, roughly


@dataclass(slots=True)
class OpenStream:
    """A connection that a protocol is being read from."""

    connection: Connection
    reader: TlsStream | QuicStream | DnsTcpStream | None  # None for DNS over UDP
    assembly: Assembly
    held: int = 0  # bytes of memory, roughly, after what was read last


class Protocols:
    """The readers of open connections, by serial number; what they find goes to the logs.

    ``waiting_bytes`` is about how many bytes of memory all of them take together, never more than
    ``most``. ``given_up`` are the serial numbers of connections that were closed for that.
    """

    def __init__(self, tls: TlsLog, dns: DnsLog, most: int) -> None:
        self._tls = tls
        self._dns = dns
        self._services: dict[int, str] = {}
        self._open: dict[int, OpenStream] = {}
        self._most = most
        self.waiting_bytes = 0
        self.given_up: list[int] = []

    def open(
        self,
        serial: int,
        connection: Connection,
        protocol: int,
        frontier: tuple[int, int] = (1, 1),
    ) -> OpenStream:
        """Begin to read a protocol (TLS, DNS or QUIC) of a connection, at positions by side."""
        over_tcp = connection.protocol == "tcp"
        reader: TlsStream | QuicStream | DnsTcpStream | None
        if protocol == TLS:
            reader = TlsStream(datagrams=not over_tcp)
        elif protocol == QUIC:
            reader = QuicStream()
        else:
            reader = DnsTcpStream() if over_tcp else None
        stream = self._open[serial] = OpenStream(connection, reader, Assembly(frontier))
        return stream

    def stream(self, serial: int) -> OpenStream | None:
        """Return the open stream of a connection, None if nothing is read from it any more."""
        return self._open.get(serial)

    def are_open(self, serials: Indices) -> Booleans:
        """Return of which connections a stream is open."""
        return np.array([serial in self._open for serial in serials.tolist()], dtype=np.bool_)

    def read(self, serial: int, stream: OpenStream, segments: Iterator[Segment]) -> bool:
        """Pass segments to the reader until it has enough; return whether it wants more."""
        reader = stream.reader
        if reader is None:
            self._feed_dns(serial, stream.connection, segments)
        elif isinstance(reader, DnsTcpStream):
            messages = chain.from_iterable(map(reader.feed, segments))
            self._feed_dns(serial, stream.connection, messages)
        else:
            reader.read(segments)
            if reader.finished:
                self.close(serial)
                return False
        self._weigh(stream)
        if self.waiting_bytes > self._most:
            self.give_up(self._most // 2)  # rather than to look again at the next segment
        return True

    def give_up(self, most: int) -> None:
        """Close streams, those that take most first, until all take no more than ``most`` bytes.

        Of those that take as much, the oldest are the first.
        """
        if self.waiting_bytes > most:
            for serial in sorted(self._open, key=lambda serial: (-self._open[serial].held, serial)):
                if self.waiting_bytes <= most:
                    break
                self.close(serial)
                self.given_up.append(serial)

    def _weigh(self, stream: OpenStream) -> None:
        """Note what a stream takes now."""
        held = _BYTES_A_STREAM + stream.assembly.held
        if stream.reader is not None:
            held += stream.reader.held
        if stream.reader is None or isinstance(stream.reader, DnsTcpStream):
            held += self._dns.held(stream.connection)
        self.waiting_bytes += held - stream.held
        stream.held = held

    def take_handshakes(
        self, serials: Indices, connections: ConnectionColumns, handshakes: Handshakes
    ) -> None:
        """Keep the handshakes of TCP connections, one of each; nothing else is read from them."""
        self._tls.add_handshakes(connections, handshakes)
        confirmed = compress(serials.tolist(), [tls.confirmed for tls in handshakes.found])
        self._services |= dict.fromkeys(confirmed, "ssl")

    def take_dns(
        self, serials: Indices, connections: ConnectionColumns, exchanges: Exchanges
    ) -> None:
        """Keep what connections exchanged with name servers; nothing else is read from them."""
        are_whole = self._dns.add(connections, exchanges)
        named = compress(exchanges.connection, are_whole)
        self._services |= dict.fromkeys(serials[list(named)].tolist(), "dns")

    def _feed_dns(self, serial: int, connection: Connection, messages: Iterable[Segment]) -> None:
        feed, before = self._dns.feed, bool(self._services.get(serial))
        known = before
        for time_ns, is_request, message, _ in messages:
            known = feed(connection, time_ns, is_request, message, known)
        if known != before:
            self._services[serial] = "dns" if known else ""

    def close(self, serial: int) -> None:
        """Take the result of a reader whose connection is over or that has seen enough."""
        stream = self._open.pop(serial, None)
        if stream is None:
            return
        self.waiting_bytes -= stream.held
        if isinstance(stream.reader, DnsTcpStream):
            self._feed_dns(serial, stream.connection, stream.reader.flush())
        if isinstance(stream.reader, TlsStream):
            service = "ssl" if stream.connection.protocol == "tcp" else None
            self._take_tls(serial, stream.connection, stream.reader.result(), service)
        elif isinstance(stream.reader, QuicStream):
            self._take_tls(serial, stream.connection, stream.reader.result(), "quic,ssl")
        else:
            self._dns.end(stream.connection)

    def _take_tls(
        self,
        serial: int,
        connection: Connection,
        found: TlsConnection | None,
        service: str | None,
    ) -> None:
        """Keep what was found; ``service`` is what conn.log calls the connection then."""
        if found is None:
            return
        self._tls.add(connection, found)
        if found.confirmed and service is not None:
            self._services[serial] = service

    def end(self, serials: list[int]) -> list[str]:
        """Close what is read of connections; return their services, empty if unknown."""
        for serial in filter(self._open.__contains__, serials):
            self.close(serial)
        pop = self._services.pop
        return [pop(serial, "") for serial in serials]
