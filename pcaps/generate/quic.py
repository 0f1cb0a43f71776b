"""QUIC between a real client and a real server that are joined in memory."""

from __future__ import annotations

import ssl
from typing import Final

from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

from pcaps.generate.certificates import Identity
from pcaps.generate.network import Route, udp_packet
from pcaps.generate.packet import NANOSECONDS, Packet

# Timers (delayed acknowledgements, pacing) that are due later than this are left alone.
_PATIENCE: Final = 0.06


class QuicExchange:
    """One HTTP/3 connection in memory; ``packets`` are what a capture at the client's side sees.

    The client does not check the certificate, since aioquic compares it with the time of day.
    """

    def __init__(self, route: Route, start_ns: int, server: Identity, server_name: str) -> None:
        self.packets: list[Packet] = []
        self._route = route
        self._start_ns = start_ns
        self._now = 0.0
        self._client = QuicConnection(
            configuration=QuicConfiguration(
                alpn_protocols=H3_ALPN, server_name=server_name, verify_mode=ssl.CERT_NONE
            )
        )
        self._server = QuicConnection(
            configuration=QuicConfiguration(
                is_client=False,
                alpn_protocols=H3_ALPN,
                certificate=server.certificate,
                certificate_chain=list(server.intermediates),
                private_key=server.key,
            ),
            original_destination_connection_id=self._client.original_destination_connection_id,
        )

    def handshake(self) -> None:
        """Complete the handshake and open HTTP/3 on both sides."""
        self._client.connect(self._route.server, self._now)
        self._settle()
        self._client_http = H3Connection(self._client)
        self._server_http = H3Connection(self._server)
        self._settle()

    def request(self, path: str, response_size: int, *, wait: float = 0.0) -> None:
        """Ask for a path, ``wait`` seconds from now, and answer with so many bytes."""
        self._now += wait
        stream = self._client.get_next_available_stream_id()
        fields = [(b":method", b"GET"), (b":scheme", b"https"), (b":path", path.encode())]
        self._client_http.send_headers(stream, fields, end_stream=True)
        self._settle()
        self._server_http.send_headers(stream, [(b":status", b"200")])
        self._server_http.send_data(stream, bytes(response_size), end_stream=True)
        self._settle()

    def close(self, *, wait: float = 0.0) -> None:
        """Let the client close the connection."""
        self._now += wait
        self._client.close()
        self._pass(True)

    def _settle(self) -> None:
        """Pass datagrams back and forth until both sides are silent."""
        moved = True
        while moved:
            moved = self._pass(True) + self._pass(False) > 0 or self._wait_for_timer()

    def _pass(self, from_client: bool) -> int:
        """Carry what one side has to say to the other; return the number of datagrams."""
        sender, receiver = (
            (self._client, self._server) if from_client else (self._server, self._client)
        )
        source, _ = self._route.ends(from_client)
        datagrams = [data for data, _ in sender.datagrams_to_send(self._now)]
        left_at = self._now
        if datagrams:
            self._now += self._route.round_trip / 2
        for data in datagrams:
            self._record(left_at if from_client else self._now, from_client, data)
            receiver.receive_datagram(data, source, self._now)
        return len(datagrams)

    def _record(self, seconds: float, from_client: bool, data: bytes) -> None:
        time_ns = self._start_ns + round(seconds * NANOSECONDS)
        self.packets.append(udp_packet(self._route, time_ns, from_client, data))

    def _wait_for_timer(self) -> bool:
        """Move on to the next timer of either side; return whether one was due soon."""
        sides = (self._client, self._server)
        due = [timer for side in sides if (timer := side.get_timer()) is not None]
        if not due or min(due) > self._now + _PATIENCE:
            return False
        self._now = max(self._now, min(due))
        for side in sides:
            timer = side.get_timer()
            if timer is not None and timer <= self._now:
                side.handle_timer(self._now)
        return True
