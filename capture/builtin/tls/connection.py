"""What is known of one TLS connection: the values of a row of ssl.log and what they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from capture.builtin.connection import ConnectionColumns
from capture.builtin.tls.fingerprints.client_offer import ClientOffer
from capture.builtin.x509.certificate import Certificate


class SeenChain(NamedTuple):
    """The certificates of one message, the first being the leaf, that of the host itself.

    ``time_ns`` is when the last byte of the message was delivered.
    """

    time_ns: int
    certificates: tuple[Certificate, ...]


@dataclass(slots=True)
class TlsConnection:
    """One connection; names are None when they were not seen.

    ``time_ns`` is when TLS was first seen, ``history`` Zeek's ssl_history. ``confirmed`` says that
    the stream is TLS over TCP beyond doubt: a hello was seen and nothing contradicted it later.
    ``client_offer`` is that of the first client hello, ``ja3s`` the fingerprint of the last server
    hello. Millions of these may be kept, so that they hold nothing larger than a row does; ``size``
    is about how many bytes of memory their chains take.
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
    server_chains: list[SeenChain] = field(default_factory=list)
    client_chains: list[SeenChain] = field(default_factory=list)
    client_offer: ClientOffer | None = None
    ja3s: str | None = None
    size: int = 0

    @property
    def chains(self) -> list[SeenChain]:
        """All chains, those of the server first."""
        return self.server_chains + self.client_chains


class TlsRows(NamedTuple):
    """Rows of the ssl table by column, one entry a connection.

    ``found`` tells the others; several connections may share it, with other times and names. Times
    are in nanoseconds, those of chains by server and client as in ``found``.
    """

    connections: ConnectionColumns
    time_ns: list[int]
    server_name: list[str | None]
    chain_times: list[tuple[int, ...]]
    found: list[TlsConnection]


def no_rows() -> TlsRows:
    """Return rows to which others can be added."""
    return TlsRows(ConnectionColumns([], [], [], [], [], []), [], [], [], [])
