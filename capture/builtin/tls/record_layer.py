"""The record layer over TCP: SSL 2, SSL 3 and TLS (RFC 8446, 5.1; RFC 5246, 6.2)."""

from __future__ import annotations

import struct
from typing import Final

from capture.builtin.tls import ssl2
from capture.builtin.tls.frames import Frames
from capture.builtin.tls.handshake import HandshakeMessages
from capture.builtin.tls.hello import MalformedMessageError
from capture.builtin.tls.parameter_names import SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3
from capture.builtin.tls.session import HANDSHAKE, Session

_HEADER: Final = 5
_RECORD_HEADER: Final = struct.Struct(">BHH").unpack_from  # content type, version, length
_RECORD_VERSIONS: Final = frozenset((SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3))
_FIRST_CONTENT_TYPES: Final = range(20, 31)
_SSL_2_CLIENT_VERSIONS: Final = frozenset((SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2))


class _Layer:
    """The version that both directions settled on, 0 at first; only SSL 2 or not matters."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0


class Records(Frames):
    """Records of one direction, with their headers."""

    __slots__ = ("_from_originator", "_layer")
    header = _HEADER
    limit = _HEADER + 0xFFFF

    def __init__(self, layer: _Layer, from_originator: bool) -> None:
        super().__init__()
        self._layer = layer
        self._from_originator = from_originator

    def length_of(self, data: bytes, offset: int) -> int:
        """Return the length of a record, 0 when its header is none of TLS or SSL 2."""
        content_type, version, length = _RECORD_HEADER(data, offset)
        known = self._layer.version
        if known == SSL_2 or (known == 0 and content_type & 0x80):
            return self._ssl2_length(data, offset)
        if version not in _RECORD_VERSIONS:
            return 0
        if known == 0:
            if content_type not in _FIRST_CONTENT_TYPES:
                return 0
            self._layer.version = version
        return _HEADER + int(length)

    def _ssl2_length(self, data: bytes, offset: int) -> int:
        """Return the length of a record of SSL 2; the first of a connection must be a hello."""
        if self._layer.version == 0 and not self._is_ssl2_hello(data, offset):
            return 0
        length = 2 + ((data[offset] & 0x7F) << 8 | data[offset + 1])
        return length if length >= _HEADER else 0

    def _is_ssl2_hello(self, data: bytes, offset: int) -> bool:
        kind, high, low = data[offset + 2 : offset + 5]
        if self._from_originator:
            return kind == ssl2.CLIENT_HELLO and (high << 8 | low) in _SSL_2_CLIENT_VERSIONS
        if kind == ssl2.SERVER_HELLO and low < 2:
            self._layer.version = SSL_2
            return True
        return False


class RecordLayer:
    """Reads both directions of a TCP connection that speaks TLS from the first byte given."""

    __slots__ = ("_layer", "_messages", "_records", "session")

    def __init__(self) -> None:
        self.session = Session(confirmable=True)
        self._layer = _Layer()
        self._records = (Records(self._layer, False), Records(self._layer, True))
        self._messages = (HandshakeMessages(), HandshakeMessages())

    def feed(self, time_ns: int, from_originator: bool, data: bytes) -> None:
        """Read the next bytes of a direction."""
        session = self.session
        session.time_ns = time_ns
        records = self._records[from_originator]
        for record in records.feed(data):
            content_type = record[0]
            if content_type & 0x80 and self._layer.version in (0, SSL_2):
                self._ssl2_record(from_originator, record[2:])
            elif len(record) > _HEADER:
                self._record(from_originator, content_type, record[_HEADER:])
            if session.finished:
                return
        if records.broken:
            session.abandon()

    def _record(self, from_originator: bool, content_type: int, payload: bytes) -> None:
        session = self.session
        if session.is_encrypted(from_originator, content_type):
            session.encrypted_record()
        elif content_type == HANDSHAKE:
            self._handshake(from_originator, payload)
        else:
            session.plaintext_record(from_originator, content_type, payload)

    def _handshake(self, from_originator: bool, payload: bytes) -> None:
        messages = self._messages[from_originator]
        for message in messages.feed(payload):
            self.session.handshake_message(from_originator, message[0], message[4:])
            if self.session.finished:
                return
        if messages.broken:
            self.session.abandon()

    def _ssl2_record(self, from_originator: bool, message: bytes) -> None:
        session = self.session
        try:
            if message[0] == ssl2.CLIENT_HELLO:
                session.ssl2_client_hello(ssl2.parse_client_hello(message))
            elif message[0] == ssl2.SERVER_HELLO:
                session.ssl2_server_hello(*ssl2.parse_server_hello(message))
            elif message[0] == ssl2.CLIENT_MASTER_KEY and from_originator:
                session.ssl2_master_key()
        except MalformedMessageError:
            session.abandon()
