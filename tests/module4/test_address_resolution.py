import struct

import pytest

from module4.address_resolution import resolutions

from ..capture.builtin.decode.packet_bytes import ethernet, ipv4, records, udp
from .small_captures import arp

MESSAGE = arp("10.0.0.1", "10.0.0.254")[14:]
MAPPED = 0xFFFF << 32


@pytest.mark.parametrize(
    ("frame", "link_type"),
    [
        (ethernet(MESSAGE, 0x0806), 1),
        (ethernet(struct.pack(">HH", 5, 0x0806) + MESSAGE, 0x8100), 1),
        (bytes(14) + b"\x08\x06" + MESSAGE, 113),
        (b"\x08\x06" + bytes(18) + MESSAGE, 276),
    ],
)
def test_message_on_any_link_layer(frame: bytes, link_type: int) -> None:
    found = resolutions(records([frame], link_type))
    assert found.ethertype.tolist() == [0x0806]
    assert found.sender.tolist() == [[0, MAPPED | 0x0A000001]]
    assert found.target.tolist() == [[0, MAPPED | 0x0A0000FE]]


@pytest.mark.parametrize(
    "frame",
    [
        ethernet(ipv4(udp(bytes(40)))),
        ethernet(MESSAGE[:-1], 0x0806),
        ethernet(b"\0\6" + MESSAGE[2:], 0x0806),  # not over Ethernet
        ethernet(struct.pack(">HH", 5, 0x0806) + MESSAGE[:-1], 0x8100),
        b"",
    ],
)
def test_other_frames(frame: bytes) -> None:
    assert len(resolutions(records([frame])).ethertype) == 0


def test_other_link_types() -> None:
    assert len(resolutions(records([ethernet(MESSAGE, 0x0806)], 101)).ethertype) == 0
