"""The record layer of DTLS over UDP: 1.0 and 1.2 (RFC 6347, 4.1 and 4.2), 1.3 (RFC 9147, 4)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from capture.builtin.segment import Segment
from capture.builtin.tls.parameter_names import DTLS_1_0, DTLS_1_2
from capture.builtin.tls.session import APPLICATION_DATA, HANDSHAKE, Session

_RECORD_HEADER: Final = 13
_MESSAGE_HEADER: Final = 12
# Ciphertext of DTLS 1.3 begins with the bits 001; that of DTLS 1.2 with a connection id is of
# type 25 (RFC 9146). Where such a record ends depends on the length of the connection id.
_UNIFIED_HEADER: Final = range(0x20, 0x40)
_CIPHERTEXT_WITH_CONNECTION_ID: Final = 25
_LONGEST_MESSAGE: Final = 100_000
_MOST_FRAGMENTS: Final = 512
_BYTES_A_PIECE: Final = 256
_STUN_HEADER: Final = 20
_STUN_COOKIE: Final = b"\x21\x12\xa4\x42"


class FragmentedMessage:
    """One handshake message that arrives in pieces, in any order, some of them twice."""

    __slots__ = ("_length", "_missing", "_pieces", "held", "kind", "number")

    def __init__(self, kind: int, number: int, length: int) -> None:
        self.kind = kind
        self.number = number
        self.held = 0
        self._length = length
        self._missing = [(0, length)]
        # Not in their places at once: a byte of a message would take as much as all of it.
        self._pieces: list[tuple[int, bytes]] = []

    def continues(self, kind: int, number: int, length: int) -> bool:
        """Return whether a piece with these header values belongs to this message."""
        return (kind, number, length) == (self.kind, self.number, self._length)

    def add(self, offset: int, piece: bytes) -> bytes | None:
        """Put a piece in its place; return the body once it is whole."""
        end = offset + len(piece)
        if end > self._length or len(self._pieces) >= _MOST_FRAGMENTS:
            return None
        self._pieces.append((offset, piece))
        self.held += len(piece) + _BYTES_A_PIECE
        missing = []
        for start, stop in self._missing:
            missing += [(start, min(stop, offset)), (max(start, end), stop)]
        self._missing = [gap for gap in missing if gap[0] < gap[1]]
        return None if self._missing else self._body()

    def _body(self) -> bytes:
        body = bytearray(self._length)
        for offset, piece in self._pieces:
            body[offset : offset + len(piece)] = piece
        return bytes(body)


class DatagramLayer:
    """Reads both directions of a UDP flow that speaks DTLS; STUN in between is passed over."""

    __slots__ = ("_fragmented", "session")

    def __init__(self) -> None:
        # Zeek's name for DTLS among the services of a flow is another: it is not "ssl".
        self.session = Session(confirmable=False)
        self._fragmented: list[FragmentedMessage | None] = [None, None]

    @property
    def held(self) -> int:
        """About how many bytes of memory it takes to wait for the rest."""
        messages = [message.held for message in self._fragmented if message is not None]
        return sum(messages) + self.session.held

    def read(self, segments: Iterable[Segment]) -> None:
        """Read datagrams, one a segment, as long as the session is not finished."""
        for segment in segments:
            self.session.time_ns = segment.time_ns
            self._datagram(segment.from_originator, segment.data)
            if self.session.finished:
                return

    def _datagram(self, from_originator: bool, data: bytes) -> None:
        if len(data) > _STUN_HEADER and data[4:8] == _STUN_COOKIE:
            return
        session = self.session
        offset = 0
        while offset < len(data) and not session.finished:
            if data[offset] in _UNIFIED_HEADER or data[offset] == _CIPHERTEXT_WITH_CONNECTION_ID:
                self._ciphertext(from_originator)
                return
            if offset + _RECORD_HEADER > len(data):
                return
            kind, version, epoch, length = struct.unpack_from(">BHH6xH", data, offset)
            if version not in (DTLS_1_0, DTLS_1_2):
                session.violation()
                return
            offset += _RECORD_HEADER + length
            if offset > len(data):
                session.violation()
                return
            self._record(from_originator, kind, epoch, data[offset - length : offset])

    def _ciphertext(self, from_originator: bool) -> None:
        """Note a record of ciphertext; what follows it in its datagram is ciphertext too."""
        if self.session.connection is None:
            self.session.violation()
        elif self.session.is_encrypted(from_originator, APPLICATION_DATA):
            self.session.encrypted_record()

    def _record(self, from_originator: bool, kind: int, epoch: int, payload: bytes) -> None:
        if epoch > 0:
            self.session.encrypted_record()
        elif kind == HANDSHAKE and payload:
            self._message(from_originator, payload)
        elif payload:
            self.session.plaintext_record(from_originator, kind, payload)

    def _message(self, from_originator: bool, payload: bytes) -> None:
        """Read the one message, or piece of a message, that a record holds."""
        if len(payload) < _MESSAGE_HEADER:
            self.session.violation()
            return
        kind = payload[0]
        length = int.from_bytes(payload[1:4], "big")
        number = int.from_bytes(payload[4:6], "big")
        offset = int.from_bytes(payload[6:9], "big")
        piece = payload[_MESSAGE_HEADER:]
        whole: bytes | None = piece
        if offset or len(piece) != length:
            whole = self._assemble(from_originator, (kind, number, length), offset, piece)
        if whole is not None:
            self.session.handshake_message(from_originator, kind, whole)
        self.session.handshake_record()

    def _assemble(
        self, from_originator: bool, header: tuple[int, int, int], offset: int, piece: bytes
    ) -> bytes | None:
        if header[2] > _LONGEST_MESSAGE:
            self.session.violation()
            return None
        message = self._fragmented[from_originator]
        if message is None or not message.continues(*header):
            message = self._fragmented[from_originator] = FragmentedMessage(*header)
        whole = message.add(offset, piece)
        if whole is not None:
            self._fragmented[from_originator] = None
        return whole
