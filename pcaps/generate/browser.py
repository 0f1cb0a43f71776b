"""A host that looks names up and visits web sites as a person with a browser does."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from typing import Final

import numpy as np

from pcaps.generate import dns
from pcaps.generate.certificates import Identity
from pcaps.generate.network import Ending, Route, tcp_session, udp_exchange
from pcaps.generate.packet import NANOSECONDS, Flight, Packet, in_order
from pcaps.generate.quic import QuicExchange
from pcaps.generate.sites import Site
from pcaps.generate.tls import TlsExchange, client_context
from pcaps.generate.web_server import WebServer

_RESOLVER_ROUND_TRIP: Final = 0.004
_FIRST_PORT: Final = 49_700


class Browser:
    """A client at ``address`` that asks ``resolver`` and trusts ``root``.

    It remembers DNS answers for their TTL and TLS sessions for ever, so a second connection to a
    server resumes. Random choices come from ``random`` alone.
    """

    def __init__(
        self, address: str, resolver: str, root: Identity, random: np.random.Generator
    ) -> None:
        self.address = address
        self._resolver = (resolver, 53)
        self._random = random
        self._root = root
        self._packets: list[Packet] = []
        self._known_until: dict[str, int] = {}
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._sessions: dict[str, ssl.SSLSession | None] = {}
        self._next_port = _FIRST_PORT + int(random.integers(1000))

    @property
    def packets(self) -> list[Packet]:
        """What a capture on this host has seen, sorted by time."""
        return in_order(self._packets)

    def visit(self, server: WebServer, at_ns: int, response_sizes: Sequence[int]) -> None:
        """Look the site up and request one response of each size over one TLS connection."""
        start_ns = self._look_up(server.site, at_ns)
        exchange = self._tls_connection(server)
        for number, size in enumerate(response_sizes):
            wait = float(self._random.exponential(0.6)) if number else 0.002
            exchange.send(int(self._random.integers(280, 720)), from_client=True, wait=wait)
            exchange.send(size, from_client=False, wait=float(self._random.uniform(0.008, 0.09)))
        by_client = bool(self._random.random() < 0.8)
        exchange.close(by_client=by_client, wait=float(self._random.uniform(4.0, 35.0)))
        ending = Ending.CLIENT_FIN if by_client else Ending.SERVER_FIN
        route = self._route(server.site)
        self._packets += tcp_session(route, start_ns, exchange.flights, ending=ending)

    def visit_over_quic(self, server: WebServer, at_ns: int, response_sizes: Sequence[int]) -> None:
        """Look the site up and request the responses over HTTP/3."""
        start_ns = self._look_up(server.site, at_ns)
        route = self._route(server.site)
        exchange = QuicExchange(route, start_ns, server.identity, server.site.name)
        exchange.handshake()
        for number, size in enumerate(response_sizes):
            wait = float(self._random.exponential(0.6))
            exchange.request(f"/resource/{number}", size, wait=wait)
        exchange.close(wait=float(self._random.uniform(2.0, 20.0)))
        self._packets += exchange.packets

    def _tls_connection(self, server: WebServer) -> TlsExchange:
        """Shake hands, resuming the last session with the server."""
        site = server.site
        if site.protocols not in self._contexts:
            self._contexts[site.protocols] = client_context(self._root, protocols=site.protocols)
        exchange = TlsExchange(
            self._contexts[site.protocols],
            server.context,
            server_name=site.name,
            session=self._sessions.get(site.name),
        )
        exchange.handshake()
        self._sessions[site.name] = exchange.client.session
        return exchange

    def _look_up(self, site: Site, at_ns: int) -> int:
        """Ask for A and AAAA records unless the answer is known; return when it is there."""
        if self._known_until.get(site.name, 0) > at_ns:
            return at_ns
        self._known_until[site.name] = at_ns + site.ttl * NANOSECONDS
        exchanges = [self._dns_exchange(site, kind, at_ns) for kind in (dns.TYPE_A, dns.TYPE_AAAA)]
        self._packets += [packet for exchange in exchanges for packet in exchange]
        return max(exchange[-1].time_ns for exchange in exchanges) + 200_000

    def _dns_exchange(self, site: Site, kind: int, at_ns: int) -> list[Packet]:
        identifier = int(self._random.integers(1 << 16))
        upstream = float(self._random.uniform(0.001, 0.03))
        datagrams = (
            Flight(True, dns.query(identifier, site.name, kind)),
            Flight(False, dns.answer(identifier, site.name, kind, _records(site, kind)), upstream),
        )
        route = Route(self._new_endpoint(), self._resolver, _RESOLVER_ROUND_TRIP)
        return udp_exchange(route, at_ns, datagrams)

    def _route(self, site: Site) -> Route:
        return Route(self._new_endpoint(), (site.addresses[0], 443), site.round_trip)

    def _new_endpoint(self) -> tuple[str, int]:
        self._next_port += 1 + int(self._random.integers(3))
        return self.address, self._next_port


def _records(site: Site, kind: int) -> list[dns.Record]:
    """Return the answer: the alias if there is one, and the addresses of the asked family."""
    family = 4 if kind == dns.TYPE_A else 6
    owner = site.alias_of or site.name
    alias = [dns.Record(site.name, dns.TYPE_CNAME, 4 * site.ttl, owner)] if site.alias_of else []
    addresses = [
        dns.Record(owner, kind, site.ttl, address)
        for address in site.addresses
        if ipaddress.ip_address(address).version == family
    ]
    return alias + addresses
