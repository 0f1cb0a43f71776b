import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcaps.generate.packet import Packet
from pcaps.generate.writer import (
    ByteOrder,
    pcap_bytes,
    pcapng_bytes,
    write_pcap,
    write_pcapng,
)
from tests.pcaps.generate.dissection import pcap_records, pcapng_blocks

PACKETS = st.lists(st.builds(Packet, st.integers(0, 2**32 * 10**9 - 1), st.binary(max_size=70)))
ORDERS: list[ByteOrder] = ["little", "big"]


@pytest.mark.parametrize("order", ORDERS)
@given(packets=PACKETS)
@settings(deadline=None, max_examples=25)
def test_a_nanosecond_pcap_holds_every_packet_exactly(
    order: ByteOrder, packets: list[Packet]
) -> None:
    content = pcap_bytes(packets, nanoseconds=True, byte_order=order, link_type=101)
    assert pcap_records(content) == (101, [(time, len(data), data) for time, data in packets])


@pytest.mark.parametrize("order", ORDERS)
@given(packets=PACKETS)
@settings(deadline=None, max_examples=25)
def test_a_microsecond_pcap_cuts_times_to_microseconds(
    order: ByteOrder, packets: list[Packet]
) -> None:
    _, records = pcap_records(pcap_bytes(packets, byte_order=order))
    assert [time for time, _, _ in records] == [time // 1000 * 1000 for time, _ in packets]


@pytest.mark.parametrize(
    ("order", "nanoseconds", "magic"),
    [
        ("little", False, "d4c3b2a1"),
        ("little", True, "4d3cb2a1"),
        ("big", False, "a1b2c3d4"),
        ("big", True, "a1b23c4d"),
    ],
)
def test_a_pcap_starts_with_the_magic_of_its_form(
    order: ByteOrder, nanoseconds: bool, magic: str
) -> None:
    content = pcap_bytes([], byte_order=order, nanoseconds=nanoseconds)
    assert content[:4].hex() == magic


def test_a_snap_length_cuts_frames_and_keeps_their_length() -> None:
    _, records = pcap_records(pcap_bytes([Packet(0, b"abcdef")], snap_length=4))
    assert records == [(0, 6, b"abcd")]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("resolution", [3, 6, 9])
@given(packets=PACKETS)
@settings(deadline=None, max_examples=15)
def test_pcapng_packet_blocks_hold_every_packet(
    order: ByteOrder, resolution: int, packets: list[Packet]
) -> None:
    content = pcapng_bytes(packets, byte_order=order, resolution=resolution)
    section, interface, *blocks = pcapng_blocks(content)
    assert (section[0], interface[0]) == (0x0A0D0D0A, 1)
    prefix = "<" if order == "little" else ">"
    tick = 10 ** (9 - resolution)
    for (time_ns, frame), (kind, body) in zip(packets, blocks, strict=True):
        interface_number, high, low, captured, original = struct.unpack(prefix + "5I", body[:20])
        assert (kind, interface_number, captured, original) == (6, 0, len(frame), len(frame))
        assert ((high << 32) | low) == time_ns // tick
        assert body[20 : 20 + captured] == frame


def test_files_hold_what_the_bytes_functions_give(tmp_path: Path) -> None:
    packets = [Packet(1_500_000_000, b"frame")]
    write_pcap(tmp_path / "one.pcap", packets, byte_order="big", snap_length=3)
    write_pcapng(tmp_path / "two.pcapng", packets, resolution=6, link_type=101)
    one, two = (tmp_path / "one.pcap").read_bytes(), (tmp_path / "two.pcapng").read_bytes()
    assert one == pcap_bytes(packets, byte_order="big", snap_length=3)
    assert two == pcapng_bytes(packets, resolution=6, link_type=101)
