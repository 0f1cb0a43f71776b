"""One QUIC connection's datagrams, from the first on, until its hellos are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from capture.builtin.quic.crypto_stream import CryptoStream
from capture.builtin.quic.decryption import InitialDecryption
from capture.builtin.quic.frames import CryptoFrame, crypto_frames
from capture.builtin.quic.long_header import initial_packets
from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.handshake import CLIENT_HELLO, SERVER_HELLO, HandshakeMessages
from capture.builtin.tls.parameter_names import version_name
from capture.builtin.tls.session import Session

MOST_DATAGRAMS: Final = 64
"""How many datagrams of a flow are looked at; the hellos are among the first few."""

BYTES_OF_KEYS: Final = 8192
"""What the keys of a flow take in memory, roughly."""

# No other message goes into Initial packets (RFC 9001, 4.1.4).
_HELLOS: Final = frozenset((CLIENT_HELLO, SERVER_HELLO))


class _Handshake:
    """What one side says in Initial packets."""

    __slots__ = ("complete", "messages", "restarts", "stream")

    def __init__(self, restarts: int = 0) -> None:
        self.stream = CryptoStream()
        self.messages = HandshakeMessages()
        self.complete = False
        self.restarts = restarts


class QuicStream:
    """Reads one UDP flow: give it a segment a datagram, stop when ``finished``, ask for the result.

    Only Initial packets are read: they hold ClientHello and ServerHello, and their keys follow from
    what the client sends in clear. The rest of the handshake is secret, so that the connection
    never counts as established and has neither certificates nor a chosen application protocol.
    """

    __slots__ = ("_datagrams", "_decryption", "_session", "_sides", "finished")

    def __init__(self) -> None:
        self.finished = False
        self._datagrams = 0
        self._decryption = InitialDecryption()
        self._session = Session(confirmable=True)
        self._sides = [_Handshake(), _Handshake()]

    @property
    def held(self) -> int:
        """About how many bytes of memory it takes to wait for more."""
        sides = [side.stream.held + len(side.messages) for side in self._sides]
        return sum(sides) + BYTES_OF_KEYS

    def read(self, segments: Iterable[Segment]) -> None:
        """Take datagrams until there are no more, or until ``finished``."""
        for segment in segments:
            self._datagrams += 1
            self._session.time_ns = segment.time_ns
            self._datagram(segment.from_originator, segment.data)
            self.finished |= self._datagrams >= MOST_DATAGRAMS
            if self.finished:
                return

    def _datagram(self, from_originator: bool, data: bytes) -> None:
        for packet in initial_packets(data):
            payload = self._decryption.open(from_originator, packet)
            if payload is not None:
                self._read_frames(from_originator, crypto_frames(payload))
            self.finished = self._has_enough() or self._decryption.attempts_left <= 0
            if self.finished:
                return

    def result(self) -> TlsConnection | None:
        """Return what was seen of TLS, None when no hello could be read.

        Where the server's answer is not there, the version is the newest that the client offers:
        in QUIC it offers TLS 1.3 and nothing older (RFC 9001, 4.2).
        """
        connection = self._session.connection
        if connection is not None and connection.version is None and connection.client_offer:
            offered = connection.client_offer.versions
            connection.version = version_name(max(offered)) if offered else None
        return connection

    def _read_frames(self, from_originator: bool, frames: list[CryptoFrame]) -> None:
        side = self._side(from_originator)
        for kind, body in side.messages.cut(side.stream.add(frames)):
            side.complete = True
            if kind in _HELLOS:
                self._session.handshake_message(from_originator, kind, body)
            else:
                self._session.violation()
            if self._session.finished:
                return
        if side.messages.broken:
            self._session.abandon()

    def _side(self, from_originator: bool) -> _Handshake:
        """Return what is known of a side; pieces from before a restart belong to another hello."""
        restarts = self._decryption.restarts
        side = self._sides[from_originator]
        if side.restarts != restarts and not side.complete:
            side = self._sides[from_originator] = _Handshake(restarts)
        return side

    def _has_enough(self) -> bool:
        """Return whether the server's hello was read (a request to retry is none)."""
        return self._session.finished or self._session.answered
