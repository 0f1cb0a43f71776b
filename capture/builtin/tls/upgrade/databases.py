"""The switch to TLS of PostgreSQL and of MySQL."""

from __future__ import annotations

from typing import Final

from capture.builtin.tls.upgrade.recogniser import Recogniser

_POSTGRESQL_REQUEST: Final = 8
_TLS_REQUEST: Final = bytes.fromhex("0000000804d2162f")
_GSS_REQUEST: Final = bytes.fromhex("0000000804d21630")

_MYSQL_HEADER: Final = 4
_LONGEST_TLS_REQUEST: Final = 32
_CLIENT_SPEAKS_TLS: Final = 0x0800


class PostgreSql(Recogniser):
    """SSLRequest of eight bytes, answered by ``S`` or ``N`` (PostgreSQL manual, 53.2.10)."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = b""

    def read_client(self) -> None:
        """Take a request; one for GSSAPI encryption may come first."""
        if self._asked or len(self.client) < _POSTGRESQL_REQUEST:
            return
        self._asked = bytes(self.client[:_POSTGRESQL_REQUEST])
        del self.client[:_POSTGRESQL_REQUEST]
        self.finished = self._asked not in (_TLS_REQUEST, _GSS_REQUEST)

    def read_server(self) -> None:
        """Take the answer of one byte."""
        if not self._asked:
            self.finished = True
            return
        answer = bytes(self.server[:1])
        del self.server[:1]
        self.switched = answer == b"S" and self._asked == _TLS_REQUEST
        may_ask_again = answer == b"N" and self._asked == _GSS_REQUEST
        self.finished = not self.switched and not may_ask_again
        self._asked = b""
        if not self.switched:
            self.read_client()


class MySql(Recogniser):
    """The client answers the greeting with a packet that only has capabilities, TLS among them.

    Source: MySQL Internals, Protocol::SSLRequest. The server sends nothing more in the clear.
    """

    def read_client(self) -> None:
        """Take the packet of at most 32 bytes, behind a header of length and sequence number."""
        if len(self.client) < _MYSQL_HEADER:
            return
        length = int.from_bytes(self.client[:3], "little")
        capabilities = self.client[_MYSQL_HEADER : _MYSQL_HEADER + 2]
        if length > _LONGEST_TLS_REQUEST or length < len(capabilities):
            self.finished = True
        elif len(self.client) >= _MYSQL_HEADER + length:
            self.switched = bool(int.from_bytes(capabilities, "little") & _CLIENT_SPEAKS_TLS)
            self.finished = not self.switched
            del self.client[: _MYSQL_HEADER + length]

    def read_server(self) -> None:
        """Pass over the greeting, and over nothing else: it is one packet."""
        if len(self.server) >= _MYSQL_HEADER:
            length = _MYSQL_HEADER + int.from_bytes(self.server[:3], "little")
            if len(self.server) >= length:
                del self.server[:length]
