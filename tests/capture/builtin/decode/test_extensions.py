import struct
from ipaddress import ip_address

import pytest

from tests.capture.builtin.decode.packet_bytes import (
    CLIENT_6,
    SERVER_6,
    decode,
    endpoints,
    ipv6,
    udp,
)

RAW = 101
ROUTING, DESTINATION = 43, 60
HOME, OTHER = "2001:db8:f::1", "2001:db8:f::2"
DATAGRAM = udp(b"content")


def route(kind: int, *stops: str, left: int = 1, following: int = 17) -> bytes:
    addresses = b"".join(ip_address(stop).packed for stop in stops)
    return bytes([following, len(addresses) // 8, kind, left]) + bytes(4) + addresses


def options(content: bytes, following: int = 17) -> bytes:
    content += bytes(-(len(content) + 2) % 8)
    return bytes([following, len(content) // 8]) + content


def home(address: str = HOME) -> bytes:
    return b"\xc9\x10" + ip_address(address).packed


def ends(extension: bytes, kind: int) -> tuple[str, str]:
    block, decoder = decode([ipv6(extension + DATAGRAM, kind)], RAW)
    assert not decoder.skipped
    ((source, _, destination, _),) = endpoints(block)
    return source, destination


@pytest.mark.parametrize(
    ("extension", "destination"),
    [
        (route(0, OTHER, HOME), HOME),
        (route(2, HOME), HOME),
        (route(2, HOME, left=0), SERVER_6),
        (route(2, OTHER, HOME), SERVER_6),
        (route(4, HOME), SERVER_6),
        (route(0, HOME, following=ROUTING) + route(0, OTHER), HOME),
        (route(0, HOME, left=0, following=ROUTING) + route(2, OTHER), OTHER),
    ],
)
def test_a_route_says_where_a_packet_goes(extension: bytes, destination: str) -> None:
    assert ends(extension, ROUTING) == (CLIENT_6, destination)


@pytest.mark.parametrize(
    ("extension", "source"),
    [
        (options(home()), HOME),
        (options(b"\0\1\2..\0" + home()), HOME),
        (options(home() + home(OTHER)), HOME),
        (options(home(), DESTINATION) + options(home(OTHER)), HOME),
        (options(b"\xc9\4abcd"), CLIENT_6),
        (options(b"\1\x12" + home()), CLIENT_6),
        (options(home()[:14]), CLIENT_6),
        (options(b""), CLIENT_6),
    ],
)
def test_a_mobile_node_is_known_by_its_address_at_home(extension: bytes, source: str) -> None:
    assert ends(extension, DESTINATION) == (source, SERVER_6)


def test_addresses_of_headers_not_wholly_captured_do_not_count() -> None:
    packet = ipv6(options(home()) + DATAGRAM, DESTINATION)
    block, decoder = decode([packet], RAW, captured=60)
    assert not len(block)
    assert decoder.skipped


def test_fragments_of_a_mobile_node_are_put_together() -> None:
    parts = [
        ipv6(
            options(home(), 44) + struct.pack(">BBHI", 17, 0, at | (at == 0), 5) + content,
            DESTINATION,
        )
        for at, content in ((0, DATAGRAM[:8]), (8, DATAGRAM[8:]))
    ]
    block, _ = decode(parts, RAW)
    assert [each[0] for each in endpoints(block)] == [HOME]
