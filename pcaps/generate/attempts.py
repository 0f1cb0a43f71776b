"""TCP connections that do not come about, and streams of which the capture saw only a part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pcaps.generate.headers import ACK, RST, SYN
from pcaps.generate.network import Ending, Route, TcpConnection, tcp_session
from pcaps.generate.packet import NANOSECONDS, Flight, Packet


def unanswered(route: Route, start_ns: int, *, repetitions: int = 0) -> list[Packet]:
    """Return a SYN that nobody answers, repeated after 1, 3, 7 … seconds."""
    connection = TcpConnection(route, start_ns)
    connection.segment(True, SYN)
    (first,) = connection.packets
    delays = (2**number - 1 for number in range(repetitions + 1))
    return [Packet(start_ns + delay * NANOSECONDS, first.frame) for delay in delays]


def refused(route: Route, start_ns: int) -> list[Packet]:
    """Return a SYN that the server answers with a reset."""
    connection = TcpConnection(route, start_ns)
    connection.segment(True, SYN)
    connection.segment(False, RST | ACK, delay=route.round_trip)
    return connection.packets


def half_open(route: Route, start_ns: int) -> list[Packet]:
    """Return a SYN and its SYN-ACK, after which the client falls silent."""
    connection = TcpConnection(route, start_ns)
    connection.segment(True, SYN)
    connection.segment(False, SYN | ACK, delay=route.round_trip)
    return connection.packets


def scan(route: Route, start_ns: int, ports: Iterable[int], interval: float) -> list[Packet]:
    """Return one unanswered SYN to each port of the server, ``interval`` seconds apart."""
    packets = []
    for number, port in enumerate(ports):
        target = replace(route, server=(route.server[0], port))
        packets += unanswered(target, start_ns + round(number * interval * NANOSECONDS))
    return packets


def mid_stream(route: Route, start_ns: int, flights: Iterable[Flight]) -> list[Packet]:
    """Return a connection whose handshake and end the capture missed."""
    return tcp_session(route, start_ns, flights, ending=Ending.OPEN)[3:]
