"""DNS messages in a TCP stream, each after its length (RFC 1035, section 4.2.2)."""

from __future__ import annotations

from capture.builtin.segment import Segment

_LENGTH_BYTES = 2


class DnsTcpStream:
    """Cuts both directions of a connection into messages, at the time of their last byte."""

    def __init__(self) -> None:
        self._held = {True: bytearray(), False: bytearray()}
        self._lost = {True: False, False: False}
        self._last_ns = {True: 0, False: 0}

    @property
    def held(self) -> int:
        """How many bytes of messages wait for the rest."""
        return len(self._held[True]) + len(self._held[False])

    def feed(self, segment: Segment) -> list[Segment]:
        """Return the messages that end in this segment.

        After lost bytes the lengths cannot be found again: that direction gives nothing more.
        """
        side = segment.from_originator
        if segment.missing:
            self._lost[side] = True
            self._held[side].clear()
        if self._lost[side]:
            return []
        self._last_ns[side] = segment.time_ns
        held = self._held[side]
        held += segment.data
        return [Segment(segment.time_ns, side, message) for message in _take_messages(held)]

    def flush(self) -> list[Segment]:
        """Return what is there of messages cut off by the end of the connection."""
        rest = []
        for side in (True, False):
            message = bytes(self._held[side][_LENGTH_BYTES:])
            self._held[side].clear()
            if message:
                rest.append(Segment(self._last_ns[side], side, message))
        return rest


def _take_messages(held: bytearray) -> list[bytes]:
    """Remove the whole messages from the front of ``held`` and return them."""
    messages = []
    position = 0
    while len(held) - position >= _LENGTH_BYTES:
        start = position + _LENGTH_BYTES
        length = int.from_bytes(held[position:start], "big")
        if len(held) - start < length:
            break
        messages.append(bytes(held[start : start + length]))
        position = start + length
    del held[:position]
    return messages
