"""What the messages of one connection add up to, by the rules behind Zeek's ssl.log.

The two layers below (``record_layer`` for TCP, ``datagram_layer`` for DTLS) call a session for each
record and each handshake message; it needs to know neither bytes nor buffers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from capture.builtin.parsed_once import ParsedOnce
from capture.builtin.tls.connection import SeenChain, TlsConnection
from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3s
from capture.builtin.tls.handshake import (
    CERTIFICATE,
    CLIENT_HELLO,
    CLIENT_KEY_EXCHANGE,
    SERVER_HELLO,
    SERVER_KEY_EXCHANGE,
    certificates_of,
    named_curve_of,
)
from capture.builtin.tls.hello import (
    ClientHello,
    Extensions,
    MalformedMessageError,
    ServerHello,
    parse_client_hello,
    parse_server_hello,
)
from capture.builtin.tls.negotiation import Negotiation
from capture.builtin.tls.parameter_names import alert_name, group_name
from capture.builtin.x509.certificate import Certificate, parse_certificate

CHANGE_CIPHER_SPEC: Final = 20
ALERT: Final = 21
HANDSHAKE: Final = 22
APPLICATION_DATA: Final = 23
HEARTBEAT: Final = 24

# Letters of ssl_history; in upper case when the client sent the message.
_LETTERS: Final[dict[int, str]] = {
    0: "h",
    CLIENT_HELLO: "c",
    SERVER_HELLO: "s",
    3: "v",
    4: "t",
    CERTIFICATE: "x",
    SERVER_KEY_EXCHANGE: "k",
    13: "r",
    14: "n",
    15: "y",
    CLIENT_KEY_EXCHANGE: "g",
    20: "f",
    21: "w",
    22: "u",
}
# Kinds that Zeek has a letter for, though it takes them for a violation.
_UNREAD_LETTERS: Final[dict[int, str]] = {5: "e", 6: "j", 8: "o", 23: "a", 24: "p", 254: "m"}
_OTHER_LETTER: Final = "z"
_HELLO_REQUEST: Final = 0
_RETRY_REQUEST: Final = "j"
_LONGEST_HISTORY: Final = 100
_MOST_CERTIFICATES: Final = 20_000
_VIOLATIONS_BEFORE_GIVING_UP: Final = 5
# What certificates take in memory, roughly: names grow where their bytes have to be escaped.
_GROWTH: Final = 4
_BYTES_A_CERTIFICATE: Final = 1024

# Shared by all connections, since most see the same few certificates and chains of them.
_CERTIFICATES: Final = ParsedOnce(parse_certificate)


def _parse_chain(body: bytes) -> tuple[Certificate, ...]:
    return tuple([_CERTIFICATES[der] for der in certificates_of(body)])


_CHAINS: Final = ParsedOnce(_parse_chain)


class Session:
    """One connection; ``connection`` is None until something of TLS was seen.

    The layer below sets ``time_ns`` before it reports what was delivered then. ``finished`` says
    that nothing more can change the connection: encryption began on both sides, or the stream
    turned out not to be TLS. ``answered`` says that the last hello of the server was no request to
    retry. A hello confirms a ``confirmable`` one.

    Only the methods named ``read_`` and ``accept_ticket`` look at contents, or depend on them.
    """

    __slots__ = (
        "_confirmable",
        "_encrypted",
        "_flipped",
        "_room_for_certificates",
        "_violations",
        "answered",
        "connection",
        "finished",
        "negotiation",
        "time_ns",
    )

    def __init__(self, *, confirmable: bool) -> None:
        self.connection: TlsConnection | None = None
        self.answered = False
        self.finished = False
        self.time_ns = 0
        self._confirmable = confirmable
        self.negotiation = Negotiation()
        self._flipped = False
        self._encrypted = [False, False]
        self._violations = 0
        self._room_for_certificates = _MOST_CERTIFICATES

    @property
    def held(self) -> int:
        """About how many bytes of memory the certificates seen take."""
        return 0 if self.connection is None else self.connection.size

    def violation(self) -> None:
        """Note something that TLS does not allow: Zeek stops there, if it saw TLS before."""
        self._violations += 1
        if self.connection is not None:
            self.abandon()
        elif self._violations > _VIOLATIONS_BEFORE_GIVING_UP:
            self.finished = True

    def abandon(self) -> None:
        """Stop reading: this is not TLS, or no longer."""
        self.finished = True
        if self.connection is not None:
            self.connection.confirmed = False

    def is_encrypted(self, from_originator: bool, content_type: int) -> bool:
        """Return whether a record is ciphertext.

        Application data begins the encryption of TLS 1.3 and of anything unknown; up to TLS 1.2
        the change of cipher spec does. In TLS 1.3 that message means nothing.
        """
        if content_type == APPLICATION_DATA and not self._encrypted[from_originator]:
            self._encrypted[from_originator] = not self.negotiation.is_before_tls_1_3
        return self._encrypted[from_originator]

    def encrypted_record(self) -> None:
        """Note a record of ciphertext: with both sides encrypted, the session is established."""
        if self._encrypted[0] and self._encrypted[1]:
            self._opened().established = True
            self.finished = True

    def plaintext_record(self, from_originator: bool, content_type: int, payload: bytes) -> None:
        """Note a record that is neither ciphertext nor part of a handshake message."""
        if content_type == CHANGE_CIPHER_SPEC:
            self._change_cipher_spec(from_originator)
        elif content_type == ALERT:
            self.read_alerts(from_originator, payload)
        elif content_type == HEARTBEAT:
            self._add_history(from_originator, "b")
        elif content_type == APPLICATION_DATA:
            self._opened()
        else:
            self.violation()
            self._opened()

    def handshake_record(self) -> None:
        """Note that a record of handshake messages is over, also one that ended no message."""
        if self.connection is None:
            self._opened()

    def handshake_message(self, from_originator: bool, kind: int, body: bytes) -> None:
        """Note a whole handshake message, ``body`` being what follows its header."""
        letter = _LETTERS.get(kind)
        if letter is None:
            self.violation()
            letter = _UNREAD_LETTERS.get(kind, _OTHER_LETTER)
        read = _READERS.get(kind)
        if read is not None:
            try:
                read(self, from_originator, body)
            except MalformedMessageError:
                self.violation()
                return
            if kind == SERVER_HELLO and not self.answered:
                letter = _RETRY_REQUEST
        if not self.finished:
            self._add_history(from_originator, letter)

    def ssl2_server_hello(self, hello: ServerHello, certificate: bytes) -> None:
        """Note a server hello of SSL 2."""
        self._server_hello(hello)
        if certificate:
            self._certificates(False, (_CERTIFICATES[certificate],), len(certificate))
        self._add_history(False, "s")

    def ssl2_master_key(self) -> None:
        """Note the message after which SSL 2 is encrypted on both sides."""
        self._encrypted = [True, True]
        self.encrypted_record()

    def _opened(self) -> TlsConnection:
        if self.connection is None:
            self.connection = TlsConnection(self.time_ns)
        return self.connection

    def _opened_by(self, extensions: Extensions) -> TlsConnection:
        """Return the connection that a hello begins; one cut off too early is no hello to Zeek."""
        if extensions.say_nothing:
            raise MalformedMessageError("the first extension of the first hello is cut off")
        return self._opened()

    def _add_history(self, from_originator: bool, letter: str) -> None:
        connection = self.connection or self._opened()
        if len(connection.history) < _LONGEST_HISTORY:
            connection.history += letter if from_originator == self._flipped else letter.upper()

    def _check_direction(self, from_originator: bool, from_client: bool) -> None:
        """Take the sender of a message for client or server, whichever must have sent it."""
        flipped = from_originator != from_client
        if flipped != self._flipped:
            self._flipped = flipped
            connection = self._opened()
            if len(connection.history) < _LONGEST_HISTORY:
                connection.history += "^"

    def _hello_request(self, from_originator: bool, _body: bytes) -> None:
        self._check_direction(from_originator, from_client=False)

    def _client_hello_message(self, from_originator: bool, body: bytes) -> None:
        self._check_direction(from_originator, from_client=True)
        self.read_client_hello(from_originator, body)

    def _server_hello_message(self, from_originator: bool, body: bytes) -> None:
        self._check_direction(from_originator, from_client=False)
        self.read_server_hello(from_originator, body)

    def _certificate_message(self, from_originator: bool, body: bytes) -> None:
        self.read_certificates(from_originator, body)

    def _server_key_exchange(self, from_originator: bool, body: bytes) -> None:
        self.read_curve(from_originator, body)

    def _client_key_exchange(self, from_originator: bool, _body: bytes) -> None:
        self.negotiation.key_exchange_seen |= from_originator != self._flipped

    def read_client_hello(self, _from_originator: bool, body: bytes) -> None:
        """Read what a client offers."""
        self.client_hello(parse_client_hello(body))

    def read_server_hello(self, _from_originator: bool, body: bytes) -> None:
        """Read what a server chose."""
        self._server_hello(parse_server_hello(body))

    def read_certificates(self, from_originator: bool, body: bytes) -> None:
        """Read the chain of a certificate message."""
        self._certificates(from_originator, _CHAINS[body], len(body))

    def read_curve(self, _from_originator: bool, body: bytes) -> None:
        """Read a server's key exchange."""
        curve = named_curve_of(body, self.negotiation.cipher_suite)
        if curve is not None:
            self._opened().curve = group_name(curve)

    def accept_ticket(self, _from_originator: bool, _body: bytes) -> None:
        """Note that the client changes the cipher spec: a ticket may have been accepted."""
        self.negotiation.client_changes_cipher_spec(self._opened())

    def client_hello(self, hello: ClientHello) -> None:
        """Note a client hello; one of SSL 2 leaves no letter in the history."""
        connection = self.connection or self._opened_by(hello.extensions)
        if connection.client_offer is None:
            connection.client_offer = client_offer(hello)
        self._confirm(connection, self.negotiation.client_hello(connection, hello))

    def _server_hello(self, hello: ServerHello) -> None:
        connection = self.connection or self._opened_by(hello.extensions)
        connection.ja3s = ja3s(hello)
        self.answered = not hello.asks_for_retry
        self._confirm(connection, self.negotiation.server_hello(connection, hello))

    def _confirm(self, connection: TlsConnection, hello_is_valid: bool) -> None:
        if hello_is_valid:
            connection.confirmed = self._confirmable
        else:
            self.violation()

    def _certificates(
        self, from_originator: bool, chain: tuple[Certificate, ...], octets: int
    ) -> None:
        connection = self._opened()
        chain = chain[: self._room_for_certificates]
        if chain:
            self._room_for_certificates -= len(chain)
            from_client = from_originator != self._flipped
            seen = connection.client_chains if from_client else connection.server_chains
            seen.append(SeenChain(self.time_ns, chain))
            connection.size += _GROWTH * octets + _BYTES_A_CERTIFICATE * len(chain)

    def _change_cipher_spec(self, from_originator: bool) -> None:
        self._add_history(from_originator, "i")
        negotiation = self.negotiation
        if negotiation.chosen_version is None or negotiation.is_before_tls_1_3:
            self._encrypted[from_originator] = True
        if from_originator != self._flipped:
            self.accept_ticket(from_originator, b"")

    def read_alerts(self, from_originator: bool, payload: bytes) -> None:
        """Read alerts of two bytes each, level and description."""
        for description in payload[1::2]:
            self._add_history(from_originator, "l")
            self._opened().last_alert = alert_name(description)
        if len(payload) % 2:
            self.violation()


_READERS: Final[dict[int, Callable[[Session, bool, bytes], None]]] = {
    _HELLO_REQUEST: Session._hello_request,
    CLIENT_HELLO: Session._client_hello_message,
    SERVER_HELLO: Session._server_hello_message,
    CERTIFICATE: Session._certificate_message,
    SERVER_KEY_EXCHANGE: Session._server_key_exchange,
    CLIENT_KEY_EXCHANGE: Session._client_key_exchange,
}
