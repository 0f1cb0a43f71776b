"""StartTLS of LDAP: an extended operation (RFC 4511, 4.12 and 4.14)."""

from __future__ import annotations

from typing import Final

from capture.builtin.tls.upgrade.recogniser import Recogniser
from capture.builtin.x509.der import SEQUENCE, children, content, read_element

_START_TLS: Final = b"1.3.6.1.4.1.1466.20037"
_EXTENDED_REQUEST: Final = 0x77
_EXTENDED_RESPONSE: Final = 0x78
_ENUMERATED: Final = 0x0A
_MOST_HEADER_BYTES: Final = 6


def _message_length(data: bytearray) -> int | None:
    """Return the length of the first message, None when its header is not there yet."""
    if len(data) < 2:
        return None
    if data[1] < 0x80:
        return 2 + data[1]
    size = data[1] & 0x7F
    if len(data) < 2 + size:
        return None
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def _operation(message: bytes) -> tuple[int, list[tuple[int, bytes]]]:
    """Return the tag of a message's operation and its fields as (tag, content)."""
    outer = read_element(message, 0, len(message))
    parts = [] if outer is None else children(message, outer)
    if len(parts) < 2:
        return 0, []
    fields = children(message, parts[1])
    return parts[1].tag, [(field.tag, content(message, field)) for field in fields]


class Ldap(Recogniser):
    """Waits for the extended request, then for an answer that means success."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    def read_client(self) -> None:
        """Look for the request; after it, leave the bytes alone until the answer has come."""
        while not self._asked and (message := self._take_message(self.client)):
            operation, fields = _operation(message)
            names = [value for _, value in fields]
            self._asked = operation == _EXTENDED_REQUEST and names[:1] == [_START_TLS]

    def read_server(self) -> None:
        """Look for the answer; result code 0 is success."""
        while message := self._take_message(self.server):
            operation, fields = _operation(message)
            if self._asked and operation == _EXTENDED_RESPONSE:
                self._asked = False
                self.switched = fields[:1] == [(_ENUMERATED, b"\0")]
                self.finished = not self.switched
                return

    def _take_message(self, data: bytearray) -> bytes | None:
        if data and (data[0] != SEQUENCE or data[1:2] > bytes((0x80 + _MOST_HEADER_BYTES,))):
            self.finished = True
            return None
        length = _message_length(data)
        if length is None or length > len(data):
            return None
        message = bytes(data[:length])
        del data[:length]
        return message
