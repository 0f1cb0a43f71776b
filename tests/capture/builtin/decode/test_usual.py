import struct
from dataclasses import fields, replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.block import PacketBlock
from capture.builtin.decode import decoder
from capture.builtin.decode.decoder import Decoder
from capture.builtin.decode.packets import Packets
from capture.builtin.files.records import Records
from tests.capture.builtin.decode.packet_bytes import ethernet, ipv4, ipv6, records, tcp, udp

TEREDO_INSIDE = ipv6(udp(b"inner"), 17, "2001:0:1::1")
COOKED = struct.pack(">HHH8s", 0, 1, 6, bytes(8))
COOKED_2 = bytes(18)


def tagged(packet: bytes, ethertype: int, tags: int) -> bytes:
    for _ in range(tags):
        packet, ethertype = struct.pack(">HH", 5, ethertype) + packet, 0x8100
    return ethernet(packet, ethertype)


USUAL = {
    "TCP": (ethernet(ipv4(tcp(b"data"), 6)), 1),
    "TCP with options": (ethernet(ipv4(tcp(b"data", options=bytes(12)), 6)), 1),
    "TCP over IPv6": (ethernet(ipv6(tcp(b"data"), 6), 0x86DD), 1),
    "UDP": (ethernet(ipv4(udp(b"data"))), 1),
    "UDP that says to be short": (ethernet(ipv4(udp(b"data", length=9))), 1),
    "UDP without a length": (ethernet(ipv4(udp(b"data", length=0))), 1),
    "UDP over IPv6": (ethernet(ipv6(udp(b"data")), 0x86DD), 1),
    "ICMP": (ethernet(ipv4(b"\x08\x01" + bytes(6), 1)), 1),
    "ICMPv6": (ethernet(ipv6(b"\x80\x01" + bytes(6), 58), 0x86DD), 1),
    "trailer": (ethernet(ipv4(tcp(), 6)) + bytes(6), 1),
    "VLAN": (tagged(ipv4(tcp(b"data"), 6), 0x0800, 1), 1),
    "QinQ": (tagged(ipv6(tcp(b"data"), 6), 0x86DD, 2), 1),
    "raw IPv4": (ipv4(tcp(b"data"), 6), 101),
    "raw IPv6": (ipv6(tcp(b"data"), 6), 101),
    "Linux cooked": (COOKED + b"\x08\x00" + ipv4(tcp(b"data"), 6), 113),
    "Linux cooked 2": (b"\x86\xdd" + COOKED_2 + ipv6(udp(b"data")), 276),
    "longer than what was seen": (ethernet(ipv4(udp(b"\x60" + bytes(60), length=30))), 1),
}
UNUSUAL = {
    "ARP": (ethernet(bytes(28), 0x0806), 1),
    "three tags": (tagged(ipv4(tcp(b"data"), 6), 0x0800, 3), 1),
    "other version than the EtherType says": (ethernet(ipv6(tcp(), 6)), 1),
    "options": (ethernet(ipv4(tcp(b"data"), 6, options=bytes(4))), 1),
    "fragment": (ethernet(ipv4(tcp(b"data"), 6, flags_and_offset=0x2000)), 1),
    "extension header": (ethernet(ipv6(b"\x06" + bytes(7) + tcp(), 0), 0x86DD), 1),
    "length left open": (ethernet(ipv4(tcp(b"data"), 6, total=0)), 1),
    "longer than its frame": (ethernet(ipv4(tcp(b"data"), 6, total=99)), 1),
    "shorter than its headers": (ethernet(ipv4(tcp(b"data"), 6, total=39)), 1),
    "TCP header too short": (ethernet(ipv4(tcp()[:12] + b"\x40" + tcp()[13:], 6)), 1),
    "TCP header too long": (ethernet(ipv4(tcp()[:12] + b"\x60" + tcp()[13:], 6)), 1),
    "cut off": (ethernet(ipv4(tcp(), 6)[:33]), 1),
    "IP in IP": (ethernet(ipv4(ipv4(udp(b"data")), 4)), 1),
    "other protocol": (ethernet(ipv4(bytes(8), 2)), 1),
    "VXLAN": (ethernet(ipv4(udp(b"\x08" + bytes(7) + ethernet(ipv4(udp(b""))), 9, 4789))), 1),
    "answer of a tunnel": (ethernet(ipv4(udp(b"data", 3544, 40000))), 1),
    "Teredo": (ethernet(ipv4(udp(TEREDO_INSIDE))), 1),
    "Teredo over IPv6": (ethernet(ipv6(udp(TEREDO_INSIDE)), 0x86DD), 1),
    "Teredo behind an origin": (ethernet(ipv4(udp(bytes(8) + TEREDO_INSIDE))), 1),
    "Teredo behind both": (ethernet(ipv4(udp(b"\0\1" + bytes(19) + TEREDO_INSIDE))), 1),
    "AYIYA elsewhere": (ethernet(ipv4(udp(b"\x40\x52\x11\x29" + bytes(40) + TEREDO_INSIDE))), 1),
    "loopback": (b"\2\0\0\0" + ipv4(tcp(), 6), 0),
    "unknown link type": (ipv4(tcp(), 6), 147),
}
FRAMES = [*USUAL.values(), *UNUSUAL.values()]


def layer_by_layer(part: Records) -> tuple[PacketBlock, Decoder]:
    """Decode as if no packet were usual."""

    def nothing(_: object, frames: decoder.Frames) -> tuple[list[Packets], np.ndarray]:
        return [], np.arange(len(frames))

    with patch.object(decoder, "decode_usual", nothing):
        return decode(part)


def decode(part: Records) -> tuple[PacketBlock, Decoder]:
    of_part = Decoder()
    block = of_part.decode(part)
    of_part.finish()
    return block, of_part


def assert_same(part: Records) -> None:
    (block, at_once), (expected, one_by_one) = decode(part), layer_by_layer(part)
    for each in fields(PacketBlock):
        found, wanted = getattr(block, each.name), getattr(expected, each.name)
        assert found.dtype == wanted.dtype, each.name
        assert np.array_equal(found, wanted), each.name
    assert at_once.skipped == one_by_one.skipped
    assert at_once.ethertypes == one_by_one.ethertypes


def reaches_the_layers(part: Records) -> bool:
    with patch.object(decoder, "peel", wraps=decoder.peel) as peel:
        Decoder().decode(part)
    return bool(peel.called)


@pytest.mark.parametrize("name", USUAL)
def test_usual_packets_are_decoded_at_once(name: str) -> None:
    frame, link_type = USUAL[name]
    part = records([frame], link_type)
    assert not reaches_the_layers(part)
    assert len(decode(part)[0]) == 1
    assert_same(part)


@pytest.mark.parametrize("name", UNUSUAL)
def test_all_others_are_left_to_the_layers(name: str) -> None:
    frame, link_type = UNUSUAL[name]
    part = records([frame, frame], link_type)
    if name != "unknown link type":
        assert reaches_the_layers(part)
    assert_same(part)


def mixed(frames: list[tuple[bytes, int]], captured: int) -> Records:
    part = records([frame for frame, _ in frames], captured=captured)
    part.link_type[:] = [link_type for _, link_type in frames]
    return part


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(FRAMES), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), max_size=8),
    st.integers(20, 120),
)
def test_the_layers_say_the_same_of_any_frames(
    frames: list[tuple[bytes, int]], changes: list[tuple[int, int]], captured: int
) -> None:
    part = mixed(frames, captured)
    data = part.data.copy()
    for at, value in changes:
        data[at % len(data)] = value
    assert_same(replace(part, data=data))


def test_packets_of_a_long_block_are_in_order() -> None:
    frames = [FRAMES[(each * 7) % len(FRAMES)] for each in range(40_000)]
    part = mixed(frames, 200)
    block, _ = decode(part)
    assert (np.diff(block.number) >= 0).all()
    assert_same(part)
