"""Proxies that open a way to a server, in which TLS is spoken: HTTP CONNECT and SOCKS."""

from __future__ import annotations

import re
from typing import Final

from capture.builtin.tls.upgrade.recogniser import Recogniser, take_line

_EMPTY_LINES: Final = (b"\r\n", b"\n")
_REQUEST: Final = re.compile(rb"(?i)CONNECT[ \t]")
_SUCCESS: Final = re.compile(rb"HTTP/\S*[ \t]+200")

_SOCKS_4_ANSWER: Final = 8
_SOCKS_4_GRANTED: Final = 0x5A
_BEFORE_USER: Final = 8
_USER_AND_PASSWORD: Final = 2
_DOMAIN: Final = 3
_ADDRESS_LENGTHS: Final = {1: 4, 4: 16}


class HttpConnect(Recogniser):
    """The method CONNECT (RFC 9110, 9.3.6): headers of both sides, then the tunnel."""

    opens_tunnel = True

    def __init__(self) -> None:
        super().__init__()
        self._request = b""
        self._asked = False
        self._status = b""

    def read_client(self) -> None:
        """Pass over the request and its headers, up to an empty line."""
        while not self._asked and (line := take_line(self.client)) is not None:
            self._request = self._request or line
            self._asked = line in _EMPTY_LINES

    def read_server(self) -> None:
        """Take the answer; 200 opens the tunnel, after others the client may ask again.

        Until it does, all that comes is the text that explains the refusal.
        """
        if not self._asked:
            self.server.clear()
        while (line := take_line(self.server)) is not None:
            self._status = self._status or line
            if line in _EMPTY_LINES:
                self._end_of_answer()
                return

    def _end_of_answer(self) -> None:
        connects = self._asked and _REQUEST.match(self._request) is not None
        self.switched = connects and _SUCCESS.match(self._status) is not None
        if not self.switched:
            self.finished = not self._status.startswith(b"HTTP/")
            self._asked, self._request, self._status = False, b"", b""
            self.server.clear()


class Socks4(Recogniser):
    """SOCKS 4 and 4a: one request, one answer of eight bytes."""

    opens_tunnel = True

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    def read_client(self) -> None:
        """Pass over the request: a user name, and with 4a a host name, end with a zero byte."""
        if self._asked or len(self.client) < _BEFORE_USER:
            return
        address = self.client[4:_BEFORE_USER]
        names = 2 if address[:3] == b"\0\0\0" and address[3] else 1
        end = _BEFORE_USER
        for _ in range(names):
            end = self.client.find(b"\0", end) + 1
            if not end:
                return
        self._asked = True
        del self.client[:end]

    def read_server(self) -> None:
        """Take the answer."""
        if len(self.server) >= _SOCKS_4_ANSWER:
            granted = self.server[0] == 0 and self.server[1] == _SOCKS_4_GRANTED
            self.switched = self._asked and granted
            self.finished = not self.switched
            del self.server[:_SOCKS_4_ANSWER]


class Socks5(Recogniser):
    """SOCKS 5 (RFC 1928): methods, perhaps a user name and password (RFC 1929), a request."""

    opens_tunnel = True

    def __init__(self) -> None:
        super().__init__()
        self._client_steps = [self._methods_end, self._request_end]
        self._server_steps = [self._method_end, self._reply_end]

    def read_client(self) -> None:
        """Pass over the messages whose turn has come."""
        while self._client_steps and (end := self._client_steps[0]()) is not None:
            del self.client[:end]
            del self._client_steps[0]

    def read_server(self) -> None:
        """Take the answers; each step says how long its message is."""
        while self._server_steps and (end := self._server_steps[0]()) is not None:
            del self.server[:end]
            del self._server_steps[0]
            self.read_client()
            self.switched = not self._server_steps and not self.finished
            if self.finished or self.switched:
                return

    def _methods_end(self) -> int | None:
        if len(self.client) < 2 or len(self.client) < 2 + self.client[1]:
            return None
        return 2 + self.client[1]

    def _method_end(self) -> int | None:
        """Read which way of authentication the server chose."""
        if len(self.server) < 2:
            return None
        if self.server[1] == _USER_AND_PASSWORD:
            self._client_steps.insert(-1, self._password_end)
            self._server_steps.insert(1, self._permission_end)
        elif self.server[1] != 0:
            self.finished = True
        return 2

    def _password_end(self) -> int | None:
        if len(self.client) < 2 or len(self.client) < 3 + self.client[1]:
            return None
        user = self.client[1]
        end = 3 + user + self.client[2 + user]
        return end if len(self.client) >= end else None

    def _permission_end(self) -> int | None:
        return 2 if len(self.server) >= 2 else None

    def _request_end(self) -> int | None:
        # Until only the reply to it is outstanding, what the client sends may be a password.
        if len(self._server_steps) > 1:
            return None
        return self._address_end(self.client)

    def _reply_end(self) -> int | None:
        end = self._address_end(self.server)
        if end is not None and self.server[1] != 0:
            self.finished = True
        return end

    def _address_end(self, message: bytearray) -> int | None:
        """Return where a request or reply ends: four bytes, an address, a port."""
        if len(message) < 5:
            return None
        length = _ADDRESS_LENGTHS.get(message[3])
        if message[3] == _DOMAIN:
            length = 1 + message[4]
        if length is None:
            self.finished = True
            return None
        end = 4 + length + 2
        return end if len(message) >= end else None
