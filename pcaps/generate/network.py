"""TCP connections and UDP exchanges as packets, seen by a capture at the client's side."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pcaps.generate.headers import (
    ACK,
    FIN,
    PROTOCOL_TCP,
    PROTOCOL_UDP,
    PSH,
    RST,
    SYN,
    ethernet_frame,
    ip_packet,
    tcp_segment,
    udp_datagram,
)
from pcaps.generate.packet import NANOSECONDS, Flight, Packet, in_order

# Seconds: until a host acknowledges, until its program answers, the time of a full frame at
# 100 Mbit/s, the delayed acknowledgement.
_REACTION: Final = 0.00004
_PROCESSING: Final = 0.0003
_FRAME_TIME: Final = 0.00012
_DELAYED_ACK: Final = 0.04
# Maximum segment size 1460, SACK permitted, window scale 7, padded to four bytes.
_SYN_OPTIONS: Final = bytes.fromhex("020405b4 0402 0101 01030307")
_FIRST_BURST: Final = 10


class Ending(Enum):
    """How a TCP connection ends."""

    CLIENT_FIN = "the client closes, then the server"
    SERVER_FIN = "the server closes, then the client"
    CLIENT_RESET = "the client resets"
    SERVER_RESET = "the server resets"
    OPEN = "the capture ends before the connection does"


@dataclass(frozen=True)
class Route:
    """Two endpoints, each (address, port), and how far apart they are in seconds."""

    client: tuple[str, int]
    server: tuple[str, int]
    round_trip: float = 0.03

    def ends(self, from_client: bool) -> tuple[tuple[str, int], tuple[str, int]]:
        """Return (source, destination) of what one side sends."""
        return (self.client, self.server) if from_client else (self.server, self.client)


class TcpConnection:
    """Composes the packets of one connection; the clock and the sequence numbers move on.

    ``packets`` are in the order they were composed in; ``tcp_session`` sorts them by time.
    """

    def __init__(self, route: Route, start_ns: int, *, segment_size: int = 1460) -> None:
        self.route = route
        self.packets: list[Packet] = []
        self._now_ns = start_ns
        self._segment_size = segment_size
        first = zlib.crc32(repr((route, start_ns)).encode())
        self._next_sequence = {True: first, False: first ^ 0x5A5A5A5A}
        self._acknowledged = {True: 0, False: 0}
        self._last_from_client = True
        self._unacknowledged_segments = 0
        self._data_has_flowed = False

    def open(self) -> None:
        """Shake hands: SYN, SYN-ACK, ACK."""
        self.segment(True, SYN)
        self._advance(self.route.round_trip)
        self.segment(False, SYN | ACK)
        self._advance(_REACTION)
        self.segment(True, ACK)
        self._last_from_client = True

    def send(self, flight: Flight) -> None:
        """Send a flight in segments, in bursts that double with each round trip (slow start)."""
        self._take_turn(flight.from_client, flight.wait)
        for index, burst in enumerate(_bursts(flight.data, self._segment_size)):
            self._advance(self.route.round_trip if index else 0.0)
            for number, piece in enumerate(burst, start=1):
                flags = PSH | ACK if number == len(burst) else ACK
                self.segment(flight.from_client, flags, piece)
                self._acknowledge_as_tcp_does(flight.from_client)
                self._advance(_FRAME_TIME)

    def close(self, ending: Ending) -> None:
        """End the connection in the given way."""
        if ending is Ending.OPEN:
            return
        by_client = ending in (Ending.CLIENT_FIN, Ending.CLIENT_RESET)
        self._take_turn(by_client, 0.0)
        if ending in (Ending.CLIENT_RESET, Ending.SERVER_RESET):
            self.segment(by_client, RST | ACK)
            return
        self.segment(by_client, FIN | ACK)
        self._take_turn(not by_client, 0.0)
        self.segment(not by_client, FIN | ACK)
        self._take_turn(by_client, 0.0)
        self.segment(by_client, ACK)

    def segment(
        self, from_client: bool, flags: int, payload: bytes = b"", *, delay: float = 0.0
    ) -> None:
        """Append one segment, ``delay`` seconds from now; SYN and FIN take a sequence number."""
        source, destination = self.route.ends(from_client)
        sequence = self._next_sequence[from_client]
        acknowledgement = self._next_sequence[not from_client] if flags & ACK else 0
        options = _SYN_OPTIONS if flags & SYN else b""
        content = tcp_segment(
            source, destination, sequence, acknowledgement, flags, payload, options=options
        )
        packet = ip_packet(
            source[0],
            destination[0],
            PROTOCOL_TCP,
            content,
            identification=sequence + len(self.packets),
            time_to_live=64 if from_client else 52,
        )
        time_ns = self._now_ns + round(delay * NANOSECONDS)
        self.packets.append(Packet(time_ns, ethernet_frame(source[0], destination[0], packet)))
        self._next_sequence[from_client] += len(payload) + bool(flags & (SYN | FIN))

    def _advance(self, seconds: float) -> None:
        self._now_ns += round(seconds * NANOSECONDS)

    def _take_turn(self, from_client: bool, wait: float) -> None:
        """Move the clock to when the sender speaks; its peer is seen a round trip later."""
        same_side = from_client == self._last_from_client
        if self._unacknowledged_segments and wait >= _DELAYED_ACK:
            self._acknowledge(self._last_from_client, _DELAYED_ACK)
            self._unacknowledged_segments = 0
        if not same_side:
            self._unacknowledged_segments = 0
            self._advance(0.0 if from_client else self.route.round_trip)
            self._advance(_PROCESSING)
        self._advance(wait)
        self._last_from_client = from_client

    def _acknowledge_as_tcp_does(self, from_client: bool) -> None:
        """Acknowledge a connection's first segment at once, later on every second one."""
        self._unacknowledged_segments += 1
        if self._unacknowledged_segments == 2 or not self._data_has_flowed:
            self._acknowledge(from_client, _REACTION)
            self._unacknowledged_segments = 0
        self._data_has_flowed = True

    def _acknowledge(self, from_client: bool, delay: float) -> None:
        distance = self.route.round_trip if from_client else 0.0
        self.segment(not from_client, ACK, delay=distance + delay)


def tcp_session(
    route: Route,
    start_ns: int,
    flights: Iterable[Flight],
    *,
    ending: Ending = Ending.CLIENT_FIN,
) -> list[Packet]:
    """Return the packets of a whole TCP connection that carries the flights, sorted by time."""
    connection = TcpConnection(route, start_ns)
    connection.open()
    for flight in flights:
        connection.send(flight)
    connection.close(ending)
    return in_order(connection.packets)


def udp_exchange(route: Route, start_ns: int, datagrams: Iterable[Flight]) -> list[Packet]:
    """Return the packets of datagrams that go back and forth."""
    packets = []
    now_ns, last_from_client = start_ns, True
    for datagram in datagrams:
        turn = 0.0
        if datagram.from_client != last_from_client:
            turn = _PROCESSING + (0.0 if datagram.from_client else route.round_trip)
        now_ns += round((turn + datagram.wait) * NANOSECONDS)
        packets.append(udp_packet(route, now_ns, datagram.from_client, datagram.data))
        last_from_client = datagram.from_client
    return packets


def udp_packet(route: Route, time_ns: int, from_client: bool, payload: bytes) -> Packet:
    """Return one datagram as a packet."""
    source, destination = route.ends(from_client)
    content = udp_datagram(source, destination, payload)
    packet = ip_packet(
        source[0],
        destination[0],
        PROTOCOL_UDP,
        content,
        identification=zlib.crc32(payload),
        time_to_live=64 if from_client else 52,
    )
    return Packet(time_ns, ethernet_frame(source[0], destination[0], packet))


def _bursts(data: bytes, segment_size: int) -> Iterator[list[bytes]]:
    pieces = [data[at : at + segment_size] for at in range(0, len(data), segment_size)]
    size = _FIRST_BURST
    while pieces:
        yield pieces[:size]
        pieces, size = pieces[size:], size * 2
