import numpy as np
import pytest

from pcaps.generate import sites
from pcaps.generate.browser import Browser
from pcaps.generate.packet import NANOSECONDS
from pcaps.generate.web_server import Authority, WebServer
from tests.pcaps.generate.dissection import Transport, dissect

CLIENT, RESOLVER = "192.168.1.23", "192.168.1.1"
START = 1_773_000_000 * NANOSECONDS


@pytest.fixture
def browser(authority: Authority) -> Browser:
    return Browser(CLIENT, RESOLVER, authority.root, np.random.default_rng(5))


@pytest.fixture(scope="module")
def server(authority: Authority) -> WebServer:
    return WebServer(sites.CONTENT_NETWORK, authority)


def seen(browser: Browser) -> list[Transport]:
    packets = [dissect(packet) for packet in browser.packets]
    assert all(packet.checksums_right for packet in packets)
    return packets


def test_the_name_is_looked_up_before_the_connection(browser: Browser, server: WebServer) -> None:
    browser.visit(server, START, [500])
    packets = seen(browser)
    assert [packet.destination_port == 53 for packet in packets[:2]] == [True, True]
    answers = [packet for packet in packets if packet.source_port == 53]
    assert all(b"\x03cdn\x07example\x03net" in packet.payload for packet in answers)
    first_of_tcp = next(packet for packet in packets if packet.protocol == 6)
    assert first_of_tcp.time_ns > max(packet.time_ns for packet in answers)
    assert (first_of_tcp.destination, first_of_tcp.destination_port) == ("192.0.2.50", 443)


def test_a_known_name_is_looked_up_again_only_after_its_time_to_live(
    browser: Browser, server: WebServer
) -> None:
    ttl = server.site.ttl * NANOSECONDS
    for at_ns in (START, START + ttl // 2, START + ttl + 1):
        browser.visit(server, at_ns, [500])
    queries = [packet.time_ns for packet in seen(browser) if packet.destination_port == 53]
    assert queries == [START] * 2 + [START + ttl + 1] * 2


def test_a_second_visit_resumes_the_session_from_another_port(
    browser: Browser, server: WebServer
) -> None:
    for at_ns in (START, START + 90 * NANOSECONDS):
        browser.visit(server, at_ns, [500])
    received: dict[int, int] = {}
    for packet in seen(browser):
        if packet.source_port == 443:
            port = packet.destination_port
            received[port] = received.get(port, 0) + len(packet.payload)
    first, second = received.values()
    assert second < first - 1000


def test_every_response_arrives(browser: Browser, server: WebServer) -> None:
    browser.visit(server, START, [20_000, 30_000])
    received = sum(len(packet.payload) for packet in seen(browser) if packet.source_port == 443)
    assert 50_000 < received < 56_000


def test_a_visit_over_quic_sends_datagrams_to_the_site(browser: Browser, server: WebServer) -> None:
    browser.visit_over_quic(server, START, [20_000])
    quic = [
        packet for packet in seen(browser) if 443 in (packet.source_port, packet.destination_port)
    ]
    assert {packet.protocol for packet in quic} == {17}
    assert sum(len(packet.payload) for packet in quic if packet.source_port == 443) > 20_000


def test_an_ipv6_site_is_answered_with_its_addresses(
    authority: Authority,
) -> None:
    browser = Browser("2001:db8:1::23", "2001:db8:1::53", authority.root, np.random.default_rng(5))
    browser.visit(WebServer(sites.IPV6_FORUM, authority), START, [500])
    packets = seen(browser)
    answers = [packet.payload for packet in packets if packet.source_port == 53]
    address = bytes.fromhex("20010db8004000000000000000010002")
    assert sorted(address in answer for answer in answers) == [False, True]
    assert {packet.source for packet in packets if packet.protocol == 6} == {
        "2001:db8:1::23",
        "2001:db8:40::1:2",
    }
