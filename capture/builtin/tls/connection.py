"""What is known of one TLS connection: the values of a row of ssl.log and what they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from capture.builtin.tls.hello import ClientHello, ServerHello
from capture.builtin.x509.certificate import Certificate


class SeenCertificate(NamedTuple):
    """A certificate, when the last byte of its message was delivered, and whether it came first.

    The first certificate of a message is the leaf, that of the host itself.
    """

    time_ns: int
    certificate: Certificate
    leaf: bool


@dataclass(slots=True)
class TlsConnection:
    """One connection; names are None when they were not seen.

    ``time_ns`` is when TLS was first seen, ``history`` Zeek's ssl_history. ``confirmed`` says that
    the stream is TLS over TCP beyond doubt: a hello was seen and nothing contradicted it later.
    """

    time_ns: int
    version: str | None = None
    cipher: str | None = None
    curve: str | None = None
    server_name: str | None = None
    resumed: bool = False
    last_alert: str | None = None
    next_protocol: str | None = None
    established: bool = False
    confirmed: bool = False
    history: str = ""
    server_chain: list[SeenCertificate] = field(default_factory=list)
    client_chain: list[SeenCertificate] = field(default_factory=list)
    client_hello: ClientHello | None = None
    server_hello: ServerHello | None = None
