"""Which keys open an Initial packet of a connection, as it goes through its first exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capture.builtin.quic.initial_keys import initial_keys
from capture.builtin.quic.long_header import InitialPacket
from capture.builtin.quic.versions import QuicVersion

if TYPE_CHECKING:
    from capture.builtin.quic.protection import PacketOpener

_MOST_ATTEMPTS: Final = 96


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
        self._openers: dict[tuple[QuicVersion, bool], PacketOpener] = {}

    def open(self, from_originator: bool, packet: InitialPacket) -> bytes | None:
        """Return the payload of a packet, None when no key fits."""
        if self._chosen_id is None:
            return self._begin(from_originator, packet)
        from_client = from_originator == self._client_is_originator
        payload = self._open_with_known(self._chosen_id, from_client, packet)
        if payload is None and from_client and packet.destination_id != self._chosen_id:
            payload = self._begin(from_originator, packet)
        return payload

    def _open_with_known(
        self, chosen_id: bytes, from_client: bool, packet: InitialPacket
    ) -> bytes | None:
        self.attempts_left -= 1
        side = (packet.version, from_client)
        opener = self._openers.get(side)
        if opener is None:
            opener = self._openers[side] = _opener(packet.version, chosen_id, from_client)
        return opener.open(packet)

    def _begin(self, from_originator: bool, packet: InitialPacket) -> bytes | None:
        """Take the packet for the first of a client, with a connection ID of its own."""
        self.attempts_left -= 1
        opener = _opener(packet.version, packet.destination_id, from_client=True)
        payload = opener.open(packet)
        if payload is not None:
            self.restarts += self._chosen_id is not None
            self._chosen_id = packet.destination_id
            self._client_is_originator = from_originator
            self._openers = {(packet.version, True): opener}
        return payload


def _opener(version: QuicVersion, chosen_id: bytes, from_client: bool) -> PacketOpener:
    from capture.builtin.quic.protection import PacketOpener  # loads slowly; QUIC alone needs it

    return PacketOpener(initial_keys(version, chosen_id, of_client=from_client))
