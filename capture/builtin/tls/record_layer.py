"""The record layer over TCP: SSL 2, SSL 3 and TLS (RFC 8446, 5.1; RFC 5246, 6.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from capture.builtin.segment import Segment
from capture.builtin.tls import ssl2
from capture.builtin.tls.handshake import HandshakeMessages
from capture.builtin.tls.hello import MalformedMessageError
from capture.builtin.tls.parameter_names import SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3
from capture.builtin.tls.session import HANDSHAKE, Session
from capture.builtin.tls.unfinished import Unfinished

_HEADER: Final = 5
_RECORD_HEADER: Final = struct.Struct(">BHH").unpack_from  # content type, version, length
_RECORD_VERSIONS: Final = frozenset((SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3))
_FIRST_CONTENT_TYPES: Final = range(20, 31)
_SSL_2_CLIENT_VERSIONS: Final = frozenset((SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2))


class RecordLayer:
    """Reads both directions of a TCP connection that speaks TLS from the first byte given.

    ``_version`` is what both directions settled on, 0 at first; only SSL 2 or not matters.
    """

    __slots__ = ("_messages", "_unfinished", "_version", "session")

    def __init__(self) -> None:
        self.session = Session(confirmable=True)
        self._version = 0
        self._unfinished = (Unfinished(), Unfinished())
        self._messages = (HandshakeMessages(), HandshakeMessages())

    @property
    def held(self) -> int:
        """About how many bytes of memory it takes to wait for the rest."""
        kept = sum(map(len, (*self._unfinished, *self._messages)))
        return kept + self.session.held

    def read(self, segments: Iterable[Segment]) -> None:
        """Read what comes, as long as the session is not finished; as in Zeek, a hole ends it."""
        session = self.session
        for time_ns, from_originator, data, missing in segments:
            session.time_ns = time_ns
            if missing:
                session.finished = True
            else:
                self._read_records(from_originator, data)
            if session.finished:
                return

    def _read_records(self, from_originator: bool, data: bytes) -> None:
        unfinished = self._unfinished[from_originator]
        data = unfinished.followed_by(data)
        offset, size, needed = 0, len(data), _HEADER
        while size - offset >= _HEADER:
            content_type, version, length = _RECORD_HEADER(data, offset)
            start, end = offset + _HEADER, offset + _HEADER + length
            if self._version <= SSL_2 or version not in _RECORD_VERSIONS:
                end = offset + self._length(from_originator, data, offset)
                if end == offset:
                    self.session.abandon()
                    return
            if end > size:
                needed = end - offset
                break
            if content_type & 0x80 and self._version <= SSL_2:
                self._ssl2_record(from_originator, data[offset + 2 : end])
            elif end > start:
                self._record(from_originator, content_type, data, start, end)
            if self.session.finished:
                return
            offset = end
        if offset < size:
            unfinished.keep(data[offset:], needed)

    def _record(
        self, from_originator: bool, content_type: int, data: bytes, start: int, end: int
    ) -> None:
        """Read a record whose content lies there; what is encrypted is not even copied."""
        session = self.session
        if session.is_encrypted(from_originator, content_type):
            session.encrypted_record()
        elif content_type == HANDSHAKE:
            messages = self._messages[from_originator]
            for kind, body in messages.cut(data[start:end]):
                session.handshake_message(from_originator, kind, body)
                if session.finished:
                    return
            session.handshake_record()
        else:
            session.plaintext_record(from_originator, content_type, data[start:end])

    def _length(self, from_originator: bool, data: bytes, offset: int) -> int:
        """Return the length of a record, 0 when its header is none of TLS or SSL 2."""
        content_type, version, length = _RECORD_HEADER(data, offset)
        if self._version == SSL_2 or (self._version == 0 and content_type & 0x80):
            return self._ssl2_length(from_originator, data, offset)
        if version not in _RECORD_VERSIONS:
            return 0
        if self._version == 0:
            if content_type not in _FIRST_CONTENT_TYPES:
                return 0
            self._version = version
        return _HEADER + int(length)

    def _ssl2_length(self, from_originator: bool, data: bytes, offset: int) -> int:
        """Return the length of a record of SSL 2; the first of a connection must be a hello."""
        if self._version == 0 and not self._is_ssl2_hello(from_originator, data, offset):
            return 0
        length = 2 + ((data[offset] & 0x7F) << 8 | data[offset + 1])
        return length if length >= _HEADER else 0

    def _is_ssl2_hello(self, from_originator: bool, data: bytes, offset: int) -> bool:
        kind, high, low = data[offset + 2 : offset + 5]
        if from_originator:
            return kind == ssl2.CLIENT_HELLO and (high << 8 | low) in _SSL_2_CLIENT_VERSIONS
        if kind == ssl2.SERVER_HELLO and low < 2:
            self._version = SSL_2
            return True
        return False

    def _ssl2_record(self, from_originator: bool, message: bytes) -> None:
        session = self.session
        try:
            if message[0] == ssl2.CLIENT_HELLO:
                session.client_hello(ssl2.parse_client_hello(message))
            elif message[0] == ssl2.SERVER_HELLO:
                session.ssl2_server_hello(*ssl2.parse_server_hello(message))
            elif message[0] == ssl2.CLIENT_MASTER_KEY and from_originator:
                session.ssl2_master_key()
        except MalformedMessageError:
            session.abandon()
