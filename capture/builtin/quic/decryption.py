"""Which keys open an Initial packet of a connection, as it goes through its first exchange."""

from __future__ import annotations

from typing import Final, NamedTuple

from capture.builtin.quic.initial_keys import initial_keys
from capture.builtin.quic.long_header import InitialPacket
from capture.builtin.quic.protection import PacketOpener
from capture.builtin.quic.versions import QuicVersion

_MOST_ATTEMPTS: Final = 96


class _Openers(NamedTuple):
    client: PacketOpener
    server: PacketOpener


class InitialDecryption:
    """Opens the Initial packets of one connection.

    The keys follow from the connection ID that the client chose, or took from a Retry packet, and
    from the version of the packet; both may change during the first exchange. ``attempts_left``
    says how often decryption may still be tried. ``restarts`` counts the connection IDs that came
    after the first.
    """

    __slots__ = ("_chosen_id", "_client_is_originator", "_openers", "attempts_left", "restarts")

    def __init__(self) -> None:
        self.attempts_left = _MOST_ATTEMPTS
        self.restarts = 0
        self._chosen_id: bytes | None = None
        self._client_is_originator = True
        self._openers: dict[QuicVersion, _Openers] = {}

    def open(self, from_originator: bool, packet: InitialPacket) -> bytes | None:
        """Return the payload of a packet, None when no key fits."""
        if self._chosen_id is None:
            return self._begin(from_originator, packet)
        from_client = from_originator == self._client_is_originator
        payload = self._open_with_known(from_client, packet)
        if payload is None and from_client and packet.destination_id != self._chosen_id:
            payload = self._begin(from_originator, packet)
        return payload

    def _open_with_known(self, from_client: bool, packet: InitialPacket) -> bytes | None:
        openers = self._openers.get(packet.version)
        if openers is None:
            openers = _openers(packet.version, self._chosen_id or b"")
            self._openers[packet.version] = openers
        self.attempts_left -= 1
        return (openers.client if from_client else openers.server).open(packet)

    def _begin(self, from_originator: bool, packet: InitialPacket) -> bytes | None:
        """Take the packet for the first of a client, with a connection ID of its own."""
        openers = _openers(packet.version, packet.destination_id)
        self.attempts_left -= 1
        payload = openers.client.open(packet)
        if payload is not None:
            self.restarts += self._chosen_id is not None
            self._chosen_id = packet.destination_id
            self._client_is_originator = from_originator
            self._openers = {packet.version: openers}
        return payload


def _openers(version: QuicVersion, destination_id: bytes) -> _Openers:
    keys = initial_keys(version, destination_id)
    return _Openers(PacketOpener(keys.client), PacketOpener(keys.server))
