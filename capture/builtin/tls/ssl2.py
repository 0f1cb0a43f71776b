"""Messages of SSL 2, whose client hello also opened some early SSL 3 and TLS connections.

Layouts: "The SSL Protocol" of 1995, 2.5 and 2.6; RFC 5246, E.2. The first three bytes of a message,
its type and what Zeek calls the last two bytes of the header, come with the record.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from capture.builtin.tls.hello import ClientHello, MalformedMessageError, ServerHello
from capture.builtin.tls.parameter_names import SSL_2

CLIENT_HELLO: Final = 1
CLIENT_MASTER_KEY: Final = 2
SERVER_HELLO: Final = 4


class Ssl2ServerHello(NamedTuple):
    """A server hello and the one certificate it carries, empty when there is none."""

    hello: ServerHello
    certificate: bytes


def parse_client_hello(message: bytes) -> ClientHello:
    """Return the hello; ``message`` begins with its type.

    Raises MalformedMessageError when the lengths in it do not add up to its own.
    """
    if len(message) < 9:
        raise MalformedMessageError("an SSL 2 client hello has at least 9 bytes")
    version, suites, session, challenge = struct.unpack_from(">HHHH", message, 1)
    if 9 + suites + session + challenge != len(message) or suites % 3:
        raise MalformedMessageError("the lengths in the SSL 2 client hello do not add up")
    session_id = message[9 + suites : 9 + suites + session]
    return ClientHello(version, session_id, message[9 : 9 + suites], cipher_suite_size=3)


def parse_server_hello(message: bytes) -> Ssl2ServerHello:
    """Return the hello; ``message`` begins with its type.

    Raises MalformedMessageError when it is cut off or its version is not that of SSL 2.
    """
    if len(message) < 11:
        raise MalformedMessageError("an SSL 2 server hello has at least 11 bytes")
    version, certificate, suites, connection = struct.unpack_from(">HHHH", message, 3)
    if version != SSL_2 or 11 + certificate + suites + connection > len(message):
        raise MalformedMessageError("the SSL 2 server hello is cut off or of another version")
    first_suite = message[11 + certificate : 11 + certificate + min(suites, 3)]
    identifier = message[11 + certificate + suites :][:connection]
    hello = ServerHello(version, identifier, int.from_bytes(first_suite, "big"))
    return Ssl2ServerHello(hello, message[11 : 11 + certificate])
