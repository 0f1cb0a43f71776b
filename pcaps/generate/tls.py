"""TLS between a real client and a real server that are joined in memory."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization

from pcaps.generate.certificates import Identity
from pcaps.generate.packet import Flight

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME: the captures are of 2026, whenever they are made.
_ANY_TIME: Final = ssl.VerifyFlags(0x200000)


def server_context(
    identity: Identity,
    *,
    versions: tuple[ssl.TLSVersion, ssl.TLSVersion] = (
        ssl.TLSVersion.TLSv1_2,
        ssl.TLSVersion.TLSv1_3,
    ),
    protocols: Sequence[str] = (),
) -> ssl.SSLContext:
    """Return the settings of a server: its certificate, lowest and highest version, ALPN."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = versions
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        certificate.write_bytes(identity.chain_pem())
        key.write_bytes(identity.key_pem())
        context.load_cert_chain(certificate, key)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def client_context(
    root: Identity | None,
    *,
    highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    protocols: Sequence[str] = (),
) -> ssl.SSLContext:
    """Return the settings of a client, which trusts ``root``, or anyone when that is None."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = highest
    if root is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        der = root.certificate.public_bytes(serialization.Encoding.DER)
        context.load_verify_locations(cadata=der)
        context.verify_flags |= _ANY_TIME
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


class TlsExchange:
    """One TLS connection in memory; ``flights`` records what either side sent, in order.

    ``client`` and ``server`` are the two live TLS objects. ``session`` resumes one that
    ``client.session`` of a former exchange between the same contexts gave.
    """

    def __init__(
        self,
        client: ssl.SSLContext,
        server: ssl.SSLContext,
        *,
        server_name: str | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        self.flights: list[Flight] = []
        self._to_client, self._to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._from_client, self._from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(
            self._to_client, self._from_client, server_hostname=server_name, session=session
        )
        self.server = server.wrap_bio(self._to_server, self._from_server, server_side=True)

    def handshake(self) -> None:
        """Complete the handshake; raises ``ssl.SSLError`` when a side refuses.

        The alert of a refusal is in ``flights`` then.
        """
        done = {True: False, False: False}
        from_client = True
        while not all(done.values()):
            try:
                self._side(from_client).do_handshake()
                done[from_client] = True
            except ssl.SSLWantReadError:
                pass
            finally:
                self._deliver(from_client, 0.0)
            from_client = not from_client
        self._read(True)

    def send(self, size: int, *, from_client: bool, wait: float = 0.0) -> None:
        """Send so many bytes of application data, ``wait`` seconds after the last flight."""
        self._side(from_client).write(bytes(size))
        self._deliver(from_client, wait)
        self._read(not from_client)

    def close(self, *, by_client: bool = True, wait: float = 0.0) -> None:
        """Send one side's close_notify alert, which the other side does not answer."""
        try:
            self._side(by_client).unwrap()
        except ssl.SSLWantReadError:
            self._deliver(by_client, wait)

    def _side(self, is_client: bool) -> ssl.SSLObject:
        return self.client if is_client else self.server

    def _deliver(self, from_client: bool, wait: float) -> None:
        """Hand what a side has written to its peer, and record it."""
        data = (self._from_client if from_client else self._from_server).read()
        if data:
            self.flights.append(Flight(from_client, data, wait))
            (self._to_server if from_client else self._to_client).write(data)

    def _read(self, by_client: bool) -> None:
        """Let a side read all that has arrived, session tickets included."""
        try:
            while self._side(by_client).read(1 << 16):
                pass
        except ssl.SSLWantReadError:
            self._deliver(by_client, 0.0)
