"""The sample captures of the project: what happens in each, and their files."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from pcaps.generate import sites
from pcaps.generate.browser import Browser
from pcaps.generate.certificates import self_signed_certificate
from pcaps.generate.network import Route, tcp_session
from pcaps.generate.packet import NANOSECONDS, Packet, in_order
from pcaps.generate.sites import Site
from pcaps.generate.tls import TlsExchange, client_context, server_context
from pcaps.generate.web_server import Authority, WebServer, new_authority
from pcaps.generate.writer import write_pcap, write_pcapng

RESOLVER: Final = "192.168.1.1"
BROWSING_CLIENT: Final = "192.168.1.23"
TLS_1_3_CLIENT: Final = "192.168.1.24"
INFECTED_CLIENT: Final = "192.168.1.66"
BEACON_SERVER: Final = ("203.0.113.66", 443)
BEACON_INTERVAL: Final = 60.0
BEACON_JITTER: Final = 2.0
BEACONS: Final = 30
IPV6_RESOLVER: Final = "2001:db8:1::53"
IPV6_CLIENT: Final = "2001:db8:1::23"

_START: Final = datetime.datetime(2026, 3, 10, 9, 14, 7, tzinfo=datetime.UTC)
_START_NS: Final = int(_START.timestamp()) * NANOSECONDS
_SESSION_NS: Final = 1200 * NANOSECONDS
_HALF_HOUR_NS: Final = 1800 * NANOSECONDS
_IMPLANT_SUBJECT: Final = {"C": "AU", "ST": "Some-State", "O": "Internet Widgits Pty Ltd"}


def write_samples(folder: Path) -> list[Path]:
    """Write every sample into the folder and return their paths."""
    authority = new_authority()
    write_pcap(folder / "browsing.pcap", browsing(authority))
    write_pcap(folder / "beacon.pcap", beacon(authority))
    write_pcapng(folder / "tls13.pcapng", tls_1_3_only(authority))
    write_pcap(folder / "ipv6.pcap", over_ipv6(authority))
    return [folder / name for name in ("beacon.pcap", "browsing.pcap", "ipv6.pcap", "tls13.pcapng")]


def browsing(authority: Authority) -> list[Packet]:
    """Return twenty minutes of ordinary browsing."""
    random = np.random.default_rng(1)
    browser = Browser(BROWSING_CLIENT, RESOLVER, authority.root, random)
    pages = sites.PAGES * 3
    servers = _servers({site for page in pages for site in page}, authority)
    for page, at_ns in zip(pages, _moments(len(pages), _SESSION_NS, random), strict=True):
        _view(browser, [servers[site.name] for site in page], at_ns, random)
    return browser.packets


def beacon(authority: Authority) -> list[Packet]:
    """Return half an hour of a host with an implant, whose user browses a little."""
    random = np.random.default_rng(2)
    browser = Browser(INFECTED_CLIENT, RESOLVER, authority.root, random)
    pages = (sites.PAGES[0], sites.PAGES[1], sites.PAGES[4])
    servers = _servers({site for page in pages for site in page}, authority)
    for page, at_ns in zip(pages, _moments(len(pages), _HALF_HOUR_NS, random), strict=True):
        _view(browser, [servers[site.name] for site in page], at_ns, random)
    return in_order(browser.packets + _beacon_connections(random))


def tls_1_3_only(authority: Authority) -> list[Packet]:
    """Return some visits to a server that speaks nothing but TLS 1.3."""
    random = np.random.default_rng(3)
    browser = Browser(TLS_1_3_CLIENT, RESOLVER, authority.root, random)
    server = WebServer(sites.TLS_1_3_ONLY, authority)
    for at_ns in _moments(8, _SESSION_NS // 4, random):
        browser.visit(server, at_ns, _response_sizes(random))
    return browser.packets


def over_ipv6(authority: Authority) -> list[Packet]:
    """Return browsing where client, resolver and servers have IPv6 addresses only."""
    random = np.random.default_rng(4)
    browser = Browser(IPV6_CLIENT, IPV6_RESOLVER, authority.root, random)
    visited = (sites.IPV6_SITE, sites.IPV6_MEDIA, sites.IPV6_FORUM)
    servers = _servers(set(visited), authority)
    order = [servers[site.name] for site in visited * 3]
    for server, at_ns in zip(order, _moments(len(order), _SESSION_NS // 2, random), strict=True):
        browser.visit(server, at_ns, _response_sizes(random))
    return browser.packets


def _beacon_connections(random: np.random.Generator) -> list[Packet]:
    """Return a connection about every minute to a self-signed server, by address, without SNI."""
    identity = self_signed_certificate(_IMPLANT_SUBJECT, _START - datetime.timedelta(days=11))
    server = server_context(identity, versions=sites.TLS_1_2)
    client = client_context(None, highest=ssl.TLSVersion.TLSv1_2)
    packets = []
    seconds = 5.0
    for number in range(BEACONS):
        exchange = TlsExchange(client, server)
        exchange.handshake()
        exchange.send(int(random.integers(236, 260)), from_client=True, wait=0.003)
        # Now and then the operator has something to say.
        answer = int(random.integers(900, 2400)) if number % 11 == 7 else 132
        exchange.send(answer, from_client=False, wait=float(random.uniform(0.01, 0.03)))
        exchange.close(wait=0.004)
        route = Route((INFECTED_CLIENT, 51_000 + 3 * number), BEACON_SERVER, 0.086)
        packets += tcp_session(route, _START_NS + _nanoseconds(seconds), exchange.flights)
        seconds += BEACON_INTERVAL + float(random.uniform(-BEACON_JITTER, BEACON_JITTER))
    return packets


def _view(
    browser: Browser, servers: Sequence[WebServer], at_ns: int, random: np.random.Generator
) -> None:
    """View a page: its own server first, then those of its parts, over QUIC where offered."""
    for number, server in enumerate(servers):
        later = _nanoseconds(number * 0.25 + float(random.uniform(0.0, 0.1)))
        visit = browser.visit
        if server.site.quic and random.random() < 0.3:
            visit = browser.visit_over_quic
        visit(server, at_ns + later, _response_sizes(random))


def _servers(wanted: Iterable[Site], authority: Authority) -> dict[str, WebServer]:
    ordered = sorted(wanted, key=lambda site: site.name)
    return {site.name: WebServer(site, authority, number) for number, site in enumerate(ordered)}


def _moments(count: int, span_ns: int, random: np.random.Generator) -> list[int]:
    """Return moments spread over the span, one at random in each equal part of it."""
    offsets = (np.arange(count) + random.uniform(0.1, 0.9, count)) / count
    return [_START_NS + int(offset * span_ns) for offset in offsets]


def _response_sizes(random: np.random.Generator) -> list[int]:
    """Return the sizes of the responses of one connection, in bytes."""
    count = int(random.integers(1, 5))
    return [int(size) for size in np.clip(random.lognormal(7.0, 1.0, count), 180, 18_000)]


def _nanoseconds(seconds: float) -> int:
    return round(seconds * NANOSECONDS)
