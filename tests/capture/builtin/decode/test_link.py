import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.decode.link import LINK_TYPES
from tests.capture.builtin.decode.packet_bytes import decode, ethernet, ipv4, ipv6, payloads, udp

IP = ipv4(udp(b"hello"))
IP6 = ipv6(udp(b"hello"))
SNAP = b"\xaa\xaa\x03\0\0\0\x08\0" + IP
VLAN = b"\0\x01\x08\0" + IP
MPLS = b"\0\0\x10\x40" + b"\0\0\x21\x40" + IP
PPPOE = b"\x11\0\0\x01\0\0" + b"\0\x21" + IP
NETFILTER_LOG = b"\x02\0\0\0" + b"\x05\0\x01\0xyz\0" + struct.pack("<HH", 4 + len(IP), 9) + IP


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (1, ethernet(IP)),
        (1, ethernet(IP6, 0x86DD)),
        (1, ethernet(VLAN, 0x8100)),
        (1, ethernet(b"\0\x01\x81\0" + VLAN, 0x88A8)),
        (1, ethernet(b"\0\x01\x91\0\0\x01\x81\0" + VLAN, 0x8100)),
        (1, ethernet(MPLS, 0x8847)),
        (1, ethernet(PPPOE, 0x8864)),
        (1, ethernet(b"\0\x01\x88\x64" + PPPOE, 0x8100)),
        (1, ethernet(SNAP, len(SNAP))),
        (1, ethernet(b"\0\0\0\0" + ethernet(IP), 0x88E7)),
        (1, ethernet(b"\0\0\0\0\x08\0" + IP, 0x8926)),
        (1, ethernet(b"\0\0" + ethernet(IP), 0x8903)),
        (0, struct.pack("<I", 2) + IP),
        (0, struct.pack(">I", 2) + IP),
        (0, struct.pack("<I", 30) + IP6),
        (108, struct.pack(">I", 24) + IP6),
        (9, b"\xff\x03\0\x21" + IP),
        (9, b"\0\x57" + IP6),
        (50, b"\xff\x03\x02\x81" + b"\0\0\x11\x40" + IP),
        (10, bytes(13) + SNAP),
        (12, IP),
        (14, IP6),
        (101, IP),
        (228, IP),
        (229, IP6),
        (105, b"\x08\x01" + bytes(22) + SNAP),
        (105, b"\x08\x03" + bytes(28) + SNAP),
        (105, b"\x08\x41" + bytes(22) + SNAP),  # decrypted, the mark left
        (105, b"\x88\x01" + bytes(24) + SNAP),
        (127, b"\0\0\x0a\0" + bytes(6) + b"\x08\x02" + bytes(22) + SNAP),
        (113, bytes(14) + b"\x08\0" + IP),
        (113, bytes(14) + b"\x81\0" + VLAN),
        (276, b"\x86\xdd" + bytes(18) + IP6),
        (239, NETFILTER_LOG),
        (51, PPPOE),
        (104, b"\x0f\0\x08\0" + IP),
        (104, b"\x8f\0\x86\xdd" + IP6),
        (226, b"\x01\x02" + bytes(22) + IP),
        (192, struct.pack("<BBHI", 0, 0, 12, 1) + bytes(4) + ethernet(IP)),
        (192, struct.pack("<BBHI", 0, 0, 8, 105) + b"\x08\x01" + bytes(22) + SNAP),
        (258, struct.pack("<III", 108, 1, 1) + bytes(96) + ethernet(IP)),
        (258, struct.pack("<III", 108, 1, 12) + bytes(96) + IP6),
    ],
)
def test_the_ip_packet_is_found(link_type: int, frame: bytes) -> None:
    block, decoder = decode([frame], link_type)
    assert payloads(block) == [b"hello"]
    assert block.frame_length.tolist() == [len(frame)]
    assert not decoder.skipped


def test_every_subframe_of_an_aggregated_wireless_frame_is_found() -> None:
    first, second = (b"\xaa\xaa\x03\0\0\0\x08\0" + ipv4(udp(text)) for text in (b"hello", b"again"))
    subframes = [bytes(12) + struct.pack(">H", len(part)) + part for part in (first, second)]
    padding = bytes(-len(subframes[0]) % 4)
    frame = b"\x88\x01" + bytes(22) + b"\x80\0" + subframes[0] + padding + subframes[1]
    block, decoder = decode([frame], 105)
    assert payloads(block) == [b"hello", b"again"]
    assert not decoder.skipped


def test_subframe_longer_than_its_wireless_frame_is_read_as_far_as_it_goes() -> None:
    frame = b"\x88\x01" + bytes(22) + b"\x80\0" + bytes(12) + b"\xff\xff" + SNAP
    assert payloads(decode([frame], 105)[0]) == [b"hello"]


@pytest.mark.parametrize(
    ("link_type", "frame", "reason"),
    [
        (1, ethernet(bytes(28), 0x0806), "not IP (ARP)"),
        (1, ethernet(bytes(28), 0x88CC), "not IP (LLDP)"),
        (1, ethernet(bytes(28), 0x1234 + 0x1000), "not IP (EtherType 0x2234)"),
        (1, ethernet(b"\x42\x42\x03" + bytes(35), 38), "not IP (IEEE 802.2 LLC, such as"),
        (1, ethernet(b"\xaa\xaa\x03\0\0\x0c\x20\0" + bytes(20), 28), "not IP (SNAP of another"),
        (1, ethernet(b"\x11\0\0\x01\0\0\xc0\x21" + bytes(9), 0x8864), "not IP (PPP control"),
        (1, b"short", "link-layer header cut off"),
        (0, struct.pack("<I", 7) + bytes(20), "not IP (other address family"),
        (105, b"\x80\0" + bytes(30), "not IP (IEEE 802.11 without data)"),
        (105, b"\x08\x41" + bytes(40), "encrypted IEEE 802.11 frame"),
        (105, b"\x88\x41" + bytes(24) + SNAP, "encrypted IEEE 802.11 frame"),
        (127, bytes(20), "bad link-layer header"),
        (239, b"\x02\0\0\0\x01\0\0\0", "bad link-layer header"),
        (192, struct.pack("<BBHI", 0, 0, 8, 107) + bytes(9), "link type named in a PPI or PKTAP"),
        (258, b"\xff" * 40, "link-layer header cut off"),
        (107, bytes(60), "link type 107 (Frame Relay) not supported"),
        (-1, bytes(60), "packet of an interface that the file does not describe"),
        (9999, bytes(60), "link type 9999 not supported"),
    ],
)
def test_what_is_not_ip_is_counted_by_reason(link_type: int, frame: bytes, reason: str) -> None:
    block, decoder = decode([frame, frame], link_type)
    assert len(block) == 0
    (counted,) = decoder.skipped
    assert counted.startswith(reason)
    assert decoder.skipped[counted] == 2


def test_frames_that_are_not_ip_are_counted_by_ethertype() -> None:
    vlan_arp = ethernet(b"\0\x01\x08\x06" + bytes(28), 0x8100)
    _, decoder = decode([ethernet(bytes(28), 0x0806), vlan_arp, ethernet(IP)])
    assert decoder.ethertypes == {0x0806: 2}


def test_packets_of_different_layers_stay_in_capture_order() -> None:
    frames = [
        ethernet(VLAN, 0x8100),
        ethernet(IP),
        ethernet(bytes(28), 0x0806),
        ethernet(MPLS, 0x8847),
        ethernet(IP6, 0x86DD),
        ethernet(VLAN, 0x8100),
    ]
    block, _ = decode(frames)
    assert block.number.tolist() == [1, 2, 4, 5, 6]


def test_layers_that_end_at_the_same_depth_stay_in_capture_order() -> None:
    frames = [ethernet(VLAN, 0x8100), ethernet(PPPOE, 0x8864), ethernet(b"\0\1\x08\0" + IP, 0x88A8)]
    block, _ = decode(frames[::-1] + frames)
    assert block.number.tolist() == [1, 2, 3, 4, 5, 6]
    mpls = ethernet(b"\0\0\x11\x40" + IP, 0x8847)
    block, _ = decode([mpls, frames[0], mpls, frames[0]])
    assert block.number.tolist() == [1, 2, 3, 4]


def test_endless_tags_are_given_up() -> None:
    block, decoder = decode([ethernet(b"\0\x01\x81\0" * 300 + VLAN, 0x8100)])
    assert len(block) == 0
    assert decoder.skipped == {"link-layer headers nested too deeply": 1}


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(LINK_TYPES)), st.lists(st.binary(max_size=80), max_size=5))
def test_any_bytes_of_any_link_type_are_decoded_or_counted(
    link_type: int, frames: list[bytes]
) -> None:
    block, decoder = decode(frames, link_type)
    assert len(set(block.number.tolist())) + decoder.skipped.total() >= len(frames)
