import struct
from ipaddress import ip_address

import pytest

from tests.capture.builtin.decode.packet_bytes import (
    CLIENT_6,
    SERVER_6,
    decode,
    endpoints,
    ethernet,
    ipv4,
    ipv6,
    payloads,
    udp,
)

HELLO = udp(b"hello")
RAW = 101


def extension(following: int, size: int = 8) -> bytes:
    return bytes([following, size // 8 - 1]) + bytes(size - 2)


def authentication(following: int, size: int = 24) -> bytes:
    return bytes([following, size // 4 - 2]) + bytes(size - 2)


def test_addresses_and_fields_of_ipv4() -> None:
    block, _ = decode([ipv4(HELLO, 17, "192.0.2.1", "198.51.100.7", time_to_live=57)], RAW)
    assert endpoints(block) == [("192.0.2.1", 40000, "198.51.100.7", 53)]
    assert block.source[0].tolist() == [0, 0xFFFF_C000_0201]
    assert block.ip_version.tolist() == [4]
    assert block.protocol.tolist() == [17]
    assert block.time_to_live.tolist() == [57]
    assert block.ip_length.tolist() == [33]


def test_addresses_and_fields_of_ipv6() -> None:
    block, _ = decode([ipv6(HELLO)], RAW)
    assert endpoints(block) == [(CLIENT_6, 40000, SERVER_6, 53)]
    assert block.source[0].tolist() == [0x2001_0DB8_0000_0000, 1]
    assert block.ip_version.tolist() == [6]
    assert block.time_to_live.tolist() == [64]
    assert block.ip_length.tolist() == [53]


def test_options_of_ipv4_are_skipped() -> None:
    block, _ = decode([ipv4(HELLO, options=b"\x94\x04\0\0" * 3)], RAW)
    assert payloads(block) == [b"hello"]
    assert block.ip_length.tolist() == [45]


def test_extension_headers_of_ipv6_are_skipped() -> None:
    chain = extension(60) + extension(43, 16) + extension(51, 24) + authentication(17) + HELLO
    block, _ = decode([ipv6(chain, 0)], RAW)
    assert payloads(block) == [b"hello"]
    assert block.protocol.tolist() == [17]
    assert block.ip_length.tolist() == [40 + len(chain)]


@pytest.mark.parametrize(
    ("kind", "left", "destination"), [(0, 2, "2001:db8::9"), (0, 0, SERVER_6), (4, 2, SERVER_6)]
)
def test_a_source_route_tells_the_destination(kind: int, left: int, destination: str) -> None:
    stops = ip_address("2001:db8::8").packed + ip_address("2001:db8::9").packed
    route = bytes([17, 4, kind, left]) + bytes(4) + stops
    block, _ = decode([ipv6(extension(43) + route + HELLO, 0), ipv6(HELLO)], RAW)
    assert endpoints(block) == [
        (CLIENT_6, 40000, destination, 53),
        (CLIENT_6, 40000, SERVER_6, 53),
    ]
    assert payloads(block) == [b"hello", b"hello"]


def test_a_source_route_that_is_cut_off_or_odd_is_passed_over() -> None:
    odd = bytes([17, 3, 0, 1]) + bytes(28)
    block, _ = decode([ipv6(odd + HELLO, 43)], RAW)
    assert endpoints(block)[0][2] == SERVER_6


@pytest.mark.parametrize("protocol", [50, 59, 135])
def test_the_chain_of_ipv6_ends_at_what_is_no_extension(protocol: int) -> None:
    block, _ = decode([ipv6(extension(protocol) + bytes(20), 0)], RAW)
    assert block.protocol.tolist() == [protocol]
    assert block.payload_length.tolist() == [20]
    assert block.source_port.tolist() == [0]


def test_padding_of_the_frame_is_no_payload() -> None:
    block, _ = decode([ethernet(ipv4(HELLO) + bytes(13)), ethernet(ipv6(HELLO) + b"x", 0x86DD)])
    assert payloads(block) == [b"hello", b"hello"]
    assert block.frame_length.tolist() == [60, 68]


def test_length_zero_of_segmentation_offload_means_up_to_the_end() -> None:
    block, decoder = decode([ethernet(ipv4(HELLO, total=0))])
    assert payloads(block) == [b"hello"]
    assert block.ip_length.tolist() == [0]
    assert not decoder.skipped


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"\x45" + bytes(10), "IP header cut off"),
        (ipv6(HELLO)[:39], "IP header cut off"),
        (ipv6(extension(60) + b"\x3b\x09", 0), "bad IP header length"),
        (b"\x44" + ipv4(HELLO)[1:], "bad IP header length"),
        (b"\x4f" + ipv4(HELLO)[1:], "bad IP header length"),
        (ipv4(HELLO, total=19), "bad IP header length"),
        (ipv4(HELLO, total=34), "IP packet longer than its frame"),
        (ipv6(HELLO, length=14), "IP packet longer than its frame"),
        (b"\x55" + ipv4(HELLO)[1:], "bad IP version"),
        (ipv6(extension(60) * 99, 60), "too many IPv6 extension headers"),
    ],
)
def test_a_bad_header_is_counted_and_neighbours_are_kept(packet: bytes, reason: str) -> None:
    block, decoder = decode([ipv4(HELLO), packet, ipv6(HELLO), packet], RAW)
    assert block.number.tolist() == [1, 3]
    assert decoder.skipped == {reason: 2}


def test_what_was_not_captured_still_counts_by_the_header() -> None:
    block, decoder = decode([ipv4(udp(bytes(500))), ipv6(udp(bytes(500)))], RAW, captured=60)
    assert block.payload_length.tolist() == [500, 500]
    assert block.payload_captured.tolist() == [32, 12]
    assert block.ip_length.tolist() == [528, 548]
    assert not decoder.skipped


def test_extension_headers_that_were_not_captured_are_counted() -> None:
    packet = ipv6(extension(60) + extension(17, 64) + HELLO, 0)
    for captured in (44, 52, 90):
        block, decoder = decode([packet], RAW, captured=captured)
        assert len(block) == 0
        assert decoder.skipped == {"IP header cut off": 1}


def test_versions_in_turn_stay_in_order() -> None:
    packets = [ipv6(HELLO), ipv4(HELLO), ipv4(HELLO), ipv6(HELLO), ipv4(HELLO)]
    block, _ = decode(packets, RAW)
    assert block.ip_version.tolist() == [6, 4, 4, 6, 4]
    assert block.number.tolist() == [1, 2, 3, 4, 5]


def test_unusual_protocols_come_without_ports() -> None:
    sctp = struct.pack(">HHII", 2905, 2905, 1, 0)
    block, _ = decode([ipv4(sctp, 132), ipv4(bytes(8), 2), ipv4(b"", 89)], RAW)
    assert block.protocol.tolist() == [132, 2, 89]
    assert block.source_port.tolist() == [0, 0, 0]
    assert block.payload_length.tolist() == [12, 8, 0]
