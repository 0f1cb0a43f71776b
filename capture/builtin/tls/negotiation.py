"""What client and server agree on in their hellos: version, cipher suite, resumption and so on.

The rules are those by which Zeek fills the fields of its ssl.log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from capture.builtin.parsed_once import ParsedOnce
from capture.builtin.tls.cipher_suites import cipher_suite_name
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.hello import (
    APPLICATION_PROTOCOLS,
    KEY_SHARE,
    KEY_SHARE_OF_DRAFTS,
    PRE_SHARED_KEY,
    SERVER_NAME,
    SESSION_TICKET,
    SUPPORTED_VERSIONS,
    ClientHello,
    ServerHello,
    application_protocols,
    server_names,
)
from capture.builtin.tls.parameter_names import (
    DTLS_1_0,
    DTLS_1_2,
    DTLS_1_3,
    SSL_2,
    SSL_3,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
    group_name,
    version_name,
)

_BEFORE_TLS_1_3: Final = frozenset((SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, DTLS_1_0, DTLS_1_2))
_HELLO_VERSIONS: Final = _BEFORE_TLS_1_3 | {TLS_1_3, DTLS_1_3}
_SESSION_ID_LENGTH: Final = 32
_NO_SESSION_ID: Final = bytes(_SESSION_ID_LENGTH)

# Many connections go to the same servers, which choose from few protocols.
_SERVER_NAMES: Final = ParsedOnce(server_names, limit=1 << 20)
_PROTOCOLS: Final = ParsedOnce(application_protocols, limit=1 << 18)


def _is_draft(version: int) -> bool:
    return version >> 8 == 0x7F


def _padded_session_id(session_id: bytes) -> bytes:
    """Return 32 bytes: zeros after a short identifier, nothing but zeros for one too long."""
    if len(session_id) > _SESSION_ID_LENGTH:
        session_id = b""
    return session_id.ljust(_SESSION_ID_LENGTH, b"\0")


class Negotiation:
    """The state of one negotiation.

    ``version`` is what the server said last, ``chosen_version`` what it said first; both are None
    before a server hello.
    """

    __slots__ = (
        "_pre_shared_key_offered",
        "_session_id",
        "_ticket_offered",
        "chosen_version",
        "cipher_suite",
        "key_exchange_seen",
        "version",
    )

    def __init__(self) -> None:
        self.version: int | None = None
        self.chosen_version: int | None = None
        self.cipher_suite: int | None = None
        self.key_exchange_seen = False
        self._session_id: bytes | None = None
        self._ticket_offered = False
        self._pre_shared_key_offered = False

    @property
    def is_before_tls_1_3(self) -> bool:
        """Whether the server chose a version up to TLS 1.2."""
        return self.chosen_version in _BEFORE_TLS_1_3

    def client_hello(self, connection: TlsConnection, hello: ClientHello) -> bool:
        """Note what a client offers; return whether its hello was whole and of a known version."""
        contents = hello.extensions.contents
        names = _SERVER_NAMES[contents.get(SERVER_NAME, b"")]
        if names:
            connection.server_name = names[0]
        self._ticket_offered |= bool(contents.get(SESSION_TICKET))
        self._pre_shared_key_offered |= PRE_SHARED_KEY in contents
        if not hello.extensions.complete or hello.version not in _HELLO_VERSIONS:
            return False
        session_id = _padded_session_id(hello.session_id)
        if session_id != _NO_SESSION_ID:
            self._session_id = session_id
            self._ticket_offered = False
        return True

    def server_hello(self, connection: TlsConnection, hello: ServerHello) -> bool:
        """Note what a server chose; return whether its hello was whole and of a known version."""
        self._server_extensions(connection, hello.extensions.contents)
        version = hello.version
        if self.version is None:
            self.version = version
        if self.chosen_version is None:
            self.chosen_version = self.version
        known = version in _HELLO_VERSIONS or _is_draft(version)
        if not hello.extensions.complete or not known:
            return False
        self.cipher_suite = hello.cipher_suite
        connection.version = version_name(self.version)
        connection.cipher = cipher_suite_name(hello.cipher_suite)
        connection.resumed |= self._echoes_session_id(hello, self.version)
        return True

    def client_changes_cipher_spec(self, connection: TlsConnection) -> None:
        """Note the message; without a key exchange before it, the offered ticket was accepted."""
        connection.resumed |= self._ticket_offered and not self.key_exchange_seen

    def _server_extensions(self, connection: TlsConnection, contents: Mapping[int, bytes]) -> None:
        version = contents.get(SUPPORTED_VERSIONS, b"")
        if len(version) >= 2:
            self.version = version[0] << 8 | version[1]
            connection.version = version_name(self.version)
        share = contents.get(KEY_SHARE) or contents.get(KEY_SHARE_OF_DRAFTS) or b""
        if len(share) >= 2:
            connection.curve = group_name(share[0] << 8 | share[1])
        protocols = _PROTOCOLS[contents.get(APPLICATION_PROTOCOLS, b"")]
        if protocols:
            connection.next_protocol = protocols[0]
        if PRE_SHARED_KEY in contents and self._pre_shared_key_offered:
            connection.resumed = True

    def _echoes_session_id(self, hello: ServerHello, version: int) -> bool:
        """Return whether the server took up the session; an echo in TLS 1.3 says nothing."""
        if self._session_id is None or version == TLS_1_3 or _is_draft(version):
            return False
        return self._session_id == _padded_session_id(hello.session_id)
