import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.files.pcapng import PcapngRecords, byte_order, section_version
from capture.builtin.files.records import CORRUPT, CUT_OFF, GIVEN_UP, UNDECLARED, Records
from capture.builtin.files.timestamps import CLIPPED
from tests.capture.builtin.files.capture_bytes import (
    block,
    interface,
    obsolete_packet,
    option,
    packet,
    section,
    simple_packet,
)
from tests.capture.builtin.files.test_pcap import frames_of, skipped_of

FRAMES = [b"a" * 60, b"b" * 61, b"c" * 62, b"d" * 63]


def read_all(content: bytes, limit: int = 1000) -> list[Records]:
    reader, position, parts = PcapngRecords(), 0, []
    data = np.frombuffer(content, np.uint8)
    while position < len(content):
        parts.append(reader.read(data[position:], True, limit))
        assert parts[-1].consumed > 0
        position += parts[-1].consumed
    return parts


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_of_either_byte_order(order: str) -> None:
    ticks = 1_600_000_000_123_456
    packets = b"".join(packet(frame, ticks, 0, order, 99) for frame in FRAMES)
    (part,) = read_all(section(order) + interface(113, order) + packets)
    assert frames_of([part]) == FRAMES
    assert part.time_ns.tolist() == [ticks * 1000] * 4
    assert part.length.tolist() == [99] * 4
    assert part.link_type.tolist() == [113] * 4


def test_each_interface_has_its_link_type_resolution_and_offset() -> None:
    nano = option(9, b"\x09") + option(14, struct.pack("<q", -10)) + option(0, b"")
    content = section() + interface(1) + interface(101, options=nano)
    content += packet(FRAMES[0], 10**6, 0) + packet(FRAMES[1], 11 * 10**9 + 5, 1)
    (part,) = read_all(content)
    assert part.link_type.tolist() == [1, 101]
    assert part.time_ns.tolist() == [10**9, 10**9 + 5]


def test_sections_count_their_interfaces_afresh_and_may_differ_in_byte_order() -> None:
    content = section("<") + interface(1) + packet(FRAMES[0])
    content += section(">") + interface(101, ">") + interface(113, ">")
    content += packet(FRAMES[1], number=1, order=">") + packet(FRAMES[2], order=">")
    content += section("<") + interface(276) + packet(FRAMES[3])
    parts = read_all(content)
    assert frames_of(parts) == FRAMES
    assert [kind for part in parts for kind in part.link_type.tolist()] == [1, 113, 101, 276]


def test_an_interface_may_be_declared_between_packets() -> None:
    content = section() + interface(1) + packet(FRAMES[0]) + interface(101)
    (part,) = read_all(content + packet(FRAMES[1], number=1))
    assert part.link_type.tolist() == [1, 101]


def test_simple_and_obsolete_packets_and_unknown_blocks() -> None:
    content = section() + interface(1, snap_length=60) + interface(101)
    content += simple_packet(FRAMES[0], 1000) + block(0x0BAD, b"x" * 21)
    content += obsolete_packet(FRAMES[1], 2_000_000, 1) + packet(FRAMES[2], 3_000_000)
    (part,) = read_all(content)
    assert frames_of([part]) == FRAMES[:3]
    assert part.length.tolist() == [1000, 61, 62]
    assert part.time_ns.tolist() == [0, 2 * 10**9, 3 * 10**9]
    assert part.link_type.tolist() == [1, 101, 1]


def test_big_endian_obsolete_packet() -> None:
    content = section(">") + interface(1, ">") + interface(101, ">")
    (part,) = read_all(content + obsolete_packet(FRAMES[0], 7, 1, ">"))
    assert frames_of([part]) == FRAMES[:1]
    assert part.link_type.tolist() == [101]


def test_a_packet_of_an_undeclared_interface_is_marked() -> None:
    content = section() + packet(FRAMES[0]) + interface() + packet(FRAMES[1], number=1)
    (part,) = read_all(content + packet(FRAMES[2]))
    assert part.link_type.tolist() == [UNDECLARED, UNDECLARED, 1]


def test_of_very_many_interfaces_the_last_count_as_undeclared() -> None:
    content = section() + interface(1) * 65_537 + packet(FRAMES[0], number=65_535)
    (part,) = read_all(content + packet(FRAMES[1], number=65_536))
    assert part.link_type.tolist() == [1, UNDECLARED]


def test_absurd_times_are_kept_and_noted() -> None:
    offset = interface(options=option(14, struct.pack("<q", 2**63 - 1)))
    (part,) = read_all(section() + offset + packet(FRAMES[0], 2**64 - 1))
    assert len(part) == 1
    assert part.notes == {CLIPPED: 1}


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 90))
def test_a_block_cut_off_at_the_end_is_counted(lost: int) -> None:
    content = section() + interface() + packet(FRAMES[0]) + packet(FRAMES[1])
    parts = read_all(content[:-lost])
    assert frames_of(parts) == FRAMES[:1]
    assert skipped_of(parts) == {CUT_OFF: 1}


@pytest.mark.parametrize("length", [0, 4, 0xFFFFFFFF, 500_000])
def test_reading_goes_on_behind_a_block_of_absurd_length(length: int) -> None:
    broken = bytearray(packet(FRAMES[1]))
    struct.pack_into("<I", broken, 4, length)
    content = section() + interface() + packet(FRAMES[0]) + bytes(broken)
    parts = read_all(content + packet(FRAMES[2]) + packet(FRAMES[3]))
    assert frames_of(parts) == [FRAMES[0], FRAMES[2], FRAMES[3]]
    assert skipped_of(parts) == {CORRUPT: 1}


def test_a_section_without_byte_order_is_corrupt() -> None:
    content = section() + interface() + block(0x0A0D0D0A, b"?" * 16) + packet(FRAMES[0])
    parts = read_all(content)
    assert frames_of(parts) == FRAMES[:1]
    assert skipped_of(parts) == {CORRUPT: 1}


def test_a_file_of_nothing_but_corrupt_blocks_is_given_up() -> None:
    broken = packet(FRAMES[0]) + struct.pack("<II", 6, 1)
    skipped = skipped_of(read_all(section() + interface() + broken * 1500))
    assert skipped[CORRUPT] == 1000
    assert skipped[GIVEN_UP] == 1


@settings(deadline=None, max_examples=30)
@given(st.lists(st.binary(max_size=30), max_size=12), st.integers(1, 5))
def test_the_number_of_packets_a_call_does_not_matter(frames: list[bytes], limit: int) -> None:
    content = section() + interface() + b"".join(packet(frame) for frame in frames)
    parts = read_all(content, limit)
    assert frames_of(parts) == frames
    assert skipped_of(parts) == {}


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=120), st.integers(0, 200), st.integers(0, 255))
def test_any_bytes_behind_a_section_are_read_to_the_end(rest: bytes, at: int, new: int) -> None:
    content = bytearray(section() + interface() + packet(FRAMES[0]) + simple_packet(FRAMES[1]))
    content[28 + at % (len(content) - 28)] = new
    for part in read_all(bytes(content) + rest, 2):
        assert (part.offset + part.captured <= len(part.data)).all()
        assert (part.captured >= 0).all()


def test_what_begins_like_a_section() -> None:
    assert byte_order(section("<")) == "<"
    assert byte_order(section(">")) == ">"
    assert byte_order(b"\x0a\x0d\x0d\x0a" + bytes(20)) is None
    assert byte_order(b"") is None
    assert section_version(section(version=3), "<") == 3
