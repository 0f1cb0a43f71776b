import struct

import pytest

from capture.builtin.block import PacketBlock
from tests.capture.builtin.decode.packet_bytes import (
    decode,
    endpoints,
    ethernet,
    ipv4,
    ipv6,
    payloads,
    tcp,
    udp,
)

RAW = 101
INNER_4 = ipv4(tcp(b"inner"), 6, "172.16.0.1", "172.16.0.2")
INNER_6 = ipv6(tcp(b"inner"), 6, "2001:db8:1::1", "2001:db8:1::2")
SNAP = b"\xaa\xaa\x03\0\0\0\x08\0" + INNER_4
TEREDO = ipv6(tcp(b"inner"), 6, "2001:0:1::1", "2001:db8:1::2")
SERVERS = {"172.16.0.2", "2001:db8:1::2"}


def gre(flags: int, protocol: int, payload: bytes) -> bytes:
    fields = sum(4 for bit in (0x8000, 0x2000, 0x1000, 0x0080) if flags & bit)
    return struct.pack(">HH", flags, protocol) + bytes(fields) + payload


def vxlan(payload: bytes) -> bytes:
    return b"\x08\0\0\0\0\0\x2a\0" + payload


def geneve(payload: bytes, protocol: int, options: bytes = b"") -> bytes:
    return struct.pack(">BBHI", len(options) // 4, 0, protocol, 0) + options + payload


def gtp(payload: bytes, flags: int = 0x30, optional: bytes = b"") -> bytes:
    return struct.pack(">BBHI", flags, 0xFF, len(optional + payload), 1) + optional + payload


def ayiya(payload: bytes, protocol: int = 41, mark: bytes = b"\x50\1") -> bytes:
    return b"\x40" + mark + bytes([protocol]) + bytes(4) + bytes(16) + bytes(20) + payload


def assert_inner(block: PacketBlock) -> None:
    assert payloads(block)[-1] == b"inner"
    assert endpoints(block)[-1][2] in SERVERS
    assert block.destination_port[-1] == 443


@pytest.mark.parametrize(
    "packet",
    [
        ipv4(INNER_4, 4),
        ipv4(INNER_6, 41),
        ipv6(INNER_4, 4),
        ipv6(INNER_6, 41),
        ipv4(gre(0, 0x0800, INNER_4), 47),
        ipv4(gre(0, 0x86DD, INNER_6), 47),
        ipv6(gre(0, 0x0800, INNER_4), 47),
        ipv4(gre(0xB000, 0x0800, INNER_4), 47),
        ipv4(gre(0, 0x6558, ethernet(INNER_4)), 47),
        ipv4(gre(0, 0x88BE, ethernet(INNER_4)), 47),
        ipv4(gre(0x1000, 0x88BE, bytes(8) + ethernet(INNER_4)), 47),
        ipv4(gre(0x1000, 0x22EB, bytes(12) + ethernet(INNER_4)), 47),
        ipv4(gre(0x1000, 0x22EB, bytes(11) + b"\1" + bytes(8) + ethernet(INNER_4)), 47),
        ipv4(gre(0x3001, 0x880B, b"\xff\x03\0\x21" + INNER_4), 47),
        ipv4(gre(0x3081, 0x880B, b"\xff\x03\0\x57" + INNER_6), 47),
        ipv4(gre(0, 0x8200, b"\x08\x01" + bytes(22) + SNAP), 47),
        ipv4(gre(0, 0x9000, b"\x88\x02" + bytes(24) + SNAP), 47),
        ipv4(gre(0, 0x8847, b"\0\0\x11\x40" + INNER_4), 47),
        ipv4(gre(0, 0x1234, INNER_4), 47),
        ipv4(gre(0x2000, 0, INNER_6), 47),
    ],
)
def test_of_tunnels_without_ports_only_the_inner_packet_is_given(packet: bytes) -> None:
    block, decoder = decode([packet], RAW)
    assert_inner(block)
    assert len(block) == 1
    assert not decoder.skipped


@pytest.mark.parametrize(
    ("port", "payload"),
    [
        (4789, vxlan(ethernet(INNER_4))),
        (4789, b"\x88\0\x40\x03\0\0\x2a\x80" + ethernet(INNER_4)),  # with a group policy
        (4789, vxlan(ethernet(b"\0\x01\x08\0" + INNER_4, 0x8100))),
        (6081, geneve(ethernet(INNER_6, 0x86DD), 0x6558)),
        (6081, geneve(INNER_4, 0x0800, bytes(16))),
        (2152, gtp(INNER_4)),
        (2152, gtp(INNER_6, 0x32, bytes(4))),
        (2152, gtp(INNER_4, 0x34, b"\0\0\0\x85" + b"\1\0\0\0")),
        (2123, gtp(INNER_4)),
        (3544, INNER_6),
        (3544, b"\0\0" + bytes(6) + INNER_6),
        (3544, b"\0\1\2\3" + bytes(5) + bytes(9) + b"\0\0" + bytes(6) + INNER_6),
        (50000, TEREDO),
        (5072, ayiya(INNER_6)),
        (5072, ayiya(INNER_6 + b"padding")),
        (5072, b"\x80" + ayiya(INNER_6)[1:8] + bytes(20) + INNER_6),
        (50000, ayiya(INNER_6, mark=b"\x52\x11")),
    ],
)
def test_of_udp_tunnels_the_outer_packet_comes_first(port: int, payload: bytes) -> None:
    frame = ethernet(ipv4(udp(payload, 40000, port)))
    block, decoder = decode([frame])
    assert_inner(block)
    assert len(block) == 2
    assert endpoints(block)[0] == ("10.0.0.1", 40000, "10.0.0.2", port)
    assert payloads(block)[0] == payload
    assert block.number.tolist() == [1, 1]
    assert block.frame_length.tolist() == [len(frame)] * 2
    assert not decoder.skipped


@pytest.mark.parametrize(
    ("port", "payload"),
    [
        (4789, b"\0" * 8 + ethernet(INNER_4)),
        (4789, b"\x08\0"),
        (6081, geneve(INNER_4, 0x1234)),
        (6081, b"\x40" + geneve(INNER_4, 0x0800)[1:]),
        (2152, gtp(INNER_4 + b"longer")),
        (2152, gtp(INNER_4, 0x34, b"\0\0\0\x85" + b"\0\0\0\0")),
        (2152, b"\x32\x01\0\x04" + bytes(8)),
        (3544, b"hello, this is not Teredo at all, is it"),
        (3544, INNER_6[:-1]),
        (5072, ayiya(INNER_6, 6)),
        (50000, INNER_6),
        (50000, ayiya(INNER_6)),
        (4789, b""),
    ],
)
def test_what_is_no_tunnel_stays_an_ordinary_packet(port: int, payload: bytes) -> None:
    block, decoder = decode([ipv4(udp(payload, 40000, port))], RAW)
    assert payloads(block) == [payload]
    assert not decoder.skipped


def test_the_port_of_a_client_makes_no_tunnel() -> None:
    payload = vxlan(ethernet(INNER_4))
    block, _ = decode([ipv4(udp(payload, 4789, 443)), ipv4(udp(payload, 4789, 40000))], RAW)
    assert block.number.tolist() == [1, 2, 2]


def test_the_server_is_told_by_its_port_as_zeek_does() -> None:
    payload = vxlan(ethernet(INNER_4))
    ports = [(4789, 9), (4789, 20000), (20000, 4789), (53, 4789)]
    block, _ = decode([ipv4(udp(payload, *pair)) for pair in ports], RAW)
    assert block.number.tolist() == [1, 1, 2, 3, 3, 4, 4]


def test_between_two_ports_of_tunnels_a_packet_is_opened_once() -> None:
    block, _ = decode([ipv4(udp(gtp(INNER_4), 2123, 2152))], RAW)
    assert block.number.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("packet", "protocol"),
    [
        (INNER_6, 4),
        (INNER_4, 41),
        (INNER_4 + b"longer", 4),
        (INNER_6[:-1], 41),
        (gre(0x3001, 0x880B, b"\xff\x03\0\x57" + INNER_4), 47),
        (gre(0x3001, 0x880B, b"\xff\x03\0\x21" + INNER_4 + b"longer"), 47),
    ],
)
def test_what_is_not_one_packet_of_the_version_announced_is_counted(
    packet: bytes, protocol: int
) -> None:
    block, decoder = decode([ipv4(packet, protocol)], RAW)
    assert not len(block)
    (reason,) = decoder.skipped
    assert reason == "tunnel with another length or IP version than its packet"


def test_tunnels_nest_twice_and_no_deeper() -> None:
    twice = ipv4(ipv4(INNER_4, 4), 4)
    block, decoder = decode([twice, ipv4(twice, 4)], RAW)
    assert block.number.tolist() == [1]
    assert decoder.skipped == {"tunnel within too many tunnels": 1}


def test_udp_tunnels_nest_twice_and_no_deeper() -> None:
    one = vxlan(ethernet(INNER_4))
    two = vxlan(ethernet(ipv4(udp(one, 2, 4789))))
    three = vxlan(ethernet(ipv4(udp(two, 3, 4789))))
    block, decoder = decode([ipv4(udp(three, 4, 4789))], RAW)
    assert block.source_port.tolist() == [4, 3, 2]
    assert not decoder.skipped


def test_inner_packets_stay_with_their_outer_ones() -> None:
    tunnelled = ethernet(ipv4(udp(vxlan(ethernet(INNER_4)), 40000, 4789)))
    plain, direct = ethernet(ipv4(udp(b"plain"))), ethernet(ipv4(INNER_4, 4))
    block, _ = decode([plain, tunnelled, direct, tunnelled, plain])
    assert block.number.tolist() == [1, 2, 2, 3, 4, 4, 5]
    assert block.destination_port.tolist() == [53, 4789, 443, 443, 4789, 443, 53]


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (gre(2, 0x0800, INNER_4), "bad link-layer header"),
        (gre(0x4000, 0x0800, INNER_4), "bad link-layer header"),
        (gre(0, 0x0806, bytes(28)), "not IP (ARP)"),
        (gre(0x3001, 0x880B, b"\xff\x03\xc0\x21" + bytes(9)), "not IP (PPP control"),
        (b"\0\0", "link-layer header cut off"),
    ],
)
def test_gre_that_cannot_be_opened_is_counted(packet: bytes, reason: str) -> None:
    block, decoder = decode([ipv4(packet, 47)], RAW)
    assert len(block) == 0
    (counted,) = decoder.skipped
    assert counted.startswith(reason)


def test_an_inner_packet_that_was_not_wholly_captured_keeps_its_length() -> None:
    inner = ipv4(tcp(bytes(400)), 6)
    block, _ = decode([ipv4(inner, 4)], RAW, captured=100)
    assert block.payload_length.tolist() == [400]
    assert block.payload_captured.tolist() == [40]
