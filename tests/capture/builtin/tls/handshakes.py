"""Real handshakes, made in memory by Python's ssl module, and messages put together by hand."""

import ssl
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from capture.builtin.segment import Segment
from capture.builtin.tls.connection import SeenChain, TlsConnection
from capture.builtin.tls.stream import TlsStream
from tests.capture.builtin.x509.certificates import KEY, certificate, name

SERVER_CERTIFICATE = certificate(
    name(COMMON_NAME="server.example"),
    days=36_500,
    extensions=(
        x509.SubjectAlternativeName([x509.DNSName("server.example")]),
        x509.BasicConstraints(ca=True, path_length=None),
    ),
)
CLIENT_CERTIFICATE = certificate(
    name(COMMON_NAME="client"),
    days=36_500,
    extensions=(x509.BasicConstraints(ca=True, path_length=None),),
)

Flight = tuple[bool, bytes]


def _load_certificate(context: ssl.SSLContext, der: bytes) -> None:
    key = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.pem"
        path.write_bytes(ssl.DER_cert_to_PEM_cert(der).encode() + key)
        context.load_cert_chain(path)


def contexts(
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    *,
    client_certificate: bool = False,
    trusted: bool = True,
    protocols: tuple[str, ...] = (),
    tickets: bool = True,
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of a client and of a server that speak one version."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load_certificate(server, SERVER_CERTIFICATE)
    if trusted:
        client.load_verify_locations(cadata=SERVER_CERTIFICATE)
    if client_certificate:
        _load_certificate(client, CLIENT_CERTIFICATE)
        server.verify_mode = ssl.CERT_OPTIONAL
        server.load_verify_locations(cadata=CLIENT_CERTIFICATE)
    for context in (client, server):
        context.minimum_version = context.maximum_version = version
        if protocols:
            context.set_alpn_protocols(list(protocols))
    if not tickets:
        server.options |= ssl.OP_NO_TICKET
        client.options |= ssl.OP_NO_TICKET
    return client, server


def handshake(
    client_context: ssl.SSLContext, server_context: ssl.SSLContext, *, resumed: bool = False
) -> list[Flight]:
    """Return what each side sent, in order; of a second handshake when it is to be resumed."""
    flights, client, _server = _connect(client_context, server_context, None)
    if resumed:
        flights, *_ = _connect(client_context, server_context, client.session)
    return flights


def _connect(
    client_context: ssl.SSLContext, server_context: ssl.SSLContext, session: ssl.SSLSession | None
) -> tuple[list[Flight], ssl.SSLObject, ssl.SSLObject]:
    client_in, client_out, server_in, server_out = (ssl.MemoryBIO() for _ in range(4))
    client = client_context.wrap_bio(
        client_in, client_out, server_hostname="server.example", session=session
    )
    server = server_context.wrap_bio(server_in, server_out, server_side=True)
    steps = [client.do_handshake, server.do_handshake]
    steps += [client.do_handshake, server.do_handshake]
    steps += [lambda: server.write(b"welcome"), lambda: client.read(100)]
    steps += [lambda: client.write(b"thanks"), lambda: server.read(100)]
    wires = ((True, client_out, server_in), (False, server_out, client_in))
    # The server forgets a session whose object is gone: both objects are part of the result.
    return _flights(steps, wires), client, server


def _flights(steps, wires) -> list[Flight]:
    """Run the steps until one fails; carry over, and note, what each side sends."""
    flights = []
    failed = False
    for step in steps:
        try:
            step()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            failed = True
        for from_originator, sent, received in wires:
            data = sent.read()
            if data:
                flights.append((from_originator, data))
                received.write(data)
        if failed:
            break
    return flights


@lru_cache(maxsize=1)
def tls_1_2_flights() -> tuple[Flight, ...]:
    """Return the flights of a plain TLS 1.2 handshake."""
    return tuple(handshake(*contexts()))


@lru_cache(maxsize=1)
def tls_1_3_flights() -> tuple[Flight, ...]:
    """Return the flights of a plain TLS 1.3 handshake."""
    return tuple(handshake(*contexts(ssl.TLSVersion.TLSv1_3)))


def read(flights, datagrams: bool = False) -> TlsConnection | None:
    """Return what a stream makes of flights; the n-th comes at n microseconds."""
    stream = TlsStream(datagrams)
    feed(stream, *(Segment(1000 * number, *flight) for number, flight in enumerate(flights)))
    return stream.result()


def feed(stream: TlsStream, *segments: Segment) -> None:
    """Give a stream segments one by one, until it has seen enough."""
    for segment in segments:
        if not stream.finished:
            stream.read(iter((segment,)))


def subjects(chains: list[SeenChain]) -> list[str | None]:
    """Return the subjects of the certificates of all chains."""
    return [certificate.subject for chain in chains for certificate in chain.certificates]


def prefixed(size: int, *parts: bytes) -> bytes:
    """Return bytes behind their length of ``size`` bytes."""
    data = b"".join(parts)
    return len(data).to_bytes(size, "big") + data


def extension(number: int, content: bytes) -> bytes:
    """Return one extension of a hello."""
    return number.to_bytes(2, "big") + prefixed(2, content)


def message(kind: int, body: bytes) -> bytes:
    """Return a handshake message."""
    return bytes((kind,)) + prefixed(3, body)


def record(content_type: int, payload: bytes, version: int = 0x0303) -> bytes:
    """Return a record."""
    return bytes((content_type,)) + version.to_bytes(2, "big") + prefixed(2, payload)


def handshake_record(*messages: bytes) -> bytes:
    """Return a record of handshake messages."""
    return record(22, b"".join(messages))


def client_hello(
    *extensions: bytes, version: int = 0x0303, session_id: bytes = b"", cookie: bytes | None = None
) -> bytes:
    """Return a client hello message."""
    parts = [version.to_bytes(2, "big"), bytes(range(32)), prefixed(1, session_id)]
    if cookie is not None:
        parts.append(prefixed(1, cookie))
    parts += [prefixed(2, b"\x13\x01\xc0\x2f"), prefixed(1, b"\0"), prefixed(2, *extensions)]
    return message(1, b"".join(parts))


def server_hello(
    *extensions: bytes,
    version: int = 0x0303,
    cipher_suite: int = 0xC02F,
    session_id: bytes = b"",
    random: bytes = bytes(32),
) -> bytes:
    """Return a server hello message."""
    return message(
        2,
        version.to_bytes(2, "big")
        + random
        + prefixed(1, session_id)
        + cipher_suite.to_bytes(2, "big")
        + b"\0"
        + prefixed(2, *extensions),
    )


def certificate_message(*chain: bytes) -> bytes:
    """Return a certificate message up to TLS 1.2."""
    return message(11, prefixed(3, *[prefixed(3, der) for der in chain]))
