"""TLS in the tokens of FTP's GSSAPI, as GridFTP sends it: base64 behind ADAT (RFC 2228, 3)."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from typing import Final

from capture.builtin.tls.upgrade.recogniser import take_line

_TOKEN: Final = re.compile(rb"(?is)(?:ADAT |[23]35[ -]ADAT=)(.*?)\s*$")
_CLIENT_HELLO: Final = re.compile(rb"(?s)\x16\x03...\x01")
_LONGEST_LINE: Final = 1 << 17


class GssapiTokens:
    """Takes both directions of a connection and gives the bytes in their tokens, one a line.

    As in Zeek, nothing more comes if the client's first token holds no client hello; nor does it
    after a line too long to be a token. Another token that is no base64 is passed over.
    """

    def __init__(self) -> None:
        self._held = {True: bytearray(), False: bytearray()}
        self._begun = False
        self._over = False

    @property
    def held(self) -> int:
        """How many bytes of lines wait for the rest."""
        return len(self._held[True]) + len(self._held[False])

    def decode(self, from_originator: bool, data: bytes) -> bytes:
        """Return the bytes in the tokens that end in ``data``."""
        held = self._held[from_originator]
        held += data
        octets = b""
        while not self._over and (line := take_line(held)) is not None:
            octets += self._octets(from_originator, line)
        self._over |= len(held) > _LONGEST_LINE
        if self._over:
            held.clear()
        return octets

    def _octets(self, from_originator: bool, line: bytes) -> bytes:
        token = _TOKEN.match(line)
        if token is None:
            return b""
        try:
            octets = b64decode(token[1], validate=True)
        except Error:
            octets = b""
        if from_originator and not self._begun:
            self._begun = _CLIENT_HELLO.match(octets) is not None
            self._over = not self._begun
        return b"" if self._over else octets
