import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.files.pcap import FILE_HEADER, PcapRecords, parse_file_header
from capture.builtin.files.records import CORRUPT, CUT_OFF, EMPTY, GIVEN_UP, Records
from tests.capture.builtin.files.capture_bytes import Record, pcap, pcap_header, pcap_record

FRAMES = [b"a" * 60, b"b" * 1514, b"c" * 77]
SECONDS = 1_600_000_000


def read_all(content: bytes, limit: int = 1000) -> list[Records]:
    """Read a whole file in calls of ``limit`` records each."""
    form = parse_file_header(content)
    assert form is not None
    reader = PcapRecords(form)
    data, position, parts = np.frombuffer(content, np.uint8), FILE_HEADER, []
    while position < len(content):
        parts.append(reader.read(data[position:], True, limit))
        assert parts[-1].consumed > 0
        position += parts[-1].consumed
    return parts


def frames_of(parts: list[Records]) -> list[bytes]:
    return [
        part.data[at : at + size].tobytes()
        for part in parts
        for at, size in zip(part.offset.tolist(), part.captured.tolist(), strict=True)
    ]


def skipped_of(parts: list[Records]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for reason, count in part.skipped.items():
            total[reason] = total.get(reason, 0) + count
    return total


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "tick"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_byte_order_and_resolution_come_from_the_magic_number(
    order: str, magic: int, tick: int
) -> None:
    content = pcap([Record(frame, SECONDS, 5, 2000) for frame in FRAMES], order, magic, 113)
    (part,) = read_all(content)
    assert frames_of([part]) == FRAMES
    assert part.time_ns.tolist() == [SECONDS * 10**9 + 5 * tick] * 3
    assert part.length.tolist() == [2000] * 3
    assert part.link_type.tolist() == [113] * 3


def test_kuznetzov_records_have_a_longer_header() -> None:
    records = b"".join(pcap_record(Record(frame), extra=8) for frame in FRAMES)
    assert frames_of(read_all(pcap_header(magic=0xA1B2CD34) + records)) == FRAMES


def test_old_files_hold_the_wire_length_first() -> None:
    record = struct.pack("<IIII", SECONDS, 0, 900, 60) + FRAMES[0]
    (part,) = read_all(pcap_header(version=(2, 2)) + record)
    assert frames_of([part]) == FRAMES[:1]
    assert part.length.tolist() == [900]


def test_frame_check_sequence_bits_are_no_part_of_the_link_type() -> None:
    form = parse_file_header(pcap_header(link_type=0xF4000001))
    assert form is not None
    assert form.link_type == 1


@pytest.mark.parametrize("head", [b"", b"\xd4\xc3\xb2\xa1", b"GET / HTTP/1.1\r\nHost: x.example"])
def test_other_bytes_are_no_pcap_header(head: bytes) -> None:
    assert parse_file_header(head) is None


@settings(deadline=None, max_examples=30)
@given(st.lists(st.binary(max_size=30), max_size=12), st.integers(1, 5))
def test_the_number_of_records_a_call_does_not_matter(frames: list[bytes], limit: int) -> None:
    parts = read_all(pcap([Record(frame) for frame in frames]), limit)
    assert frames_of(parts) == frames
    assert all(len(part) <= limit for part in parts)
    assert skipped_of(parts) == {}


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 76))
def test_a_record_cut_off_at_the_end_is_counted(lost: int) -> None:
    parts = read_all(pcap([Record(frame) for frame in FRAMES])[:-lost])
    assert frames_of(parts) == FRAMES[:2]
    assert skipped_of(parts) == {CUT_OFF: 1}


def test_a_record_that_goes_on_behind_the_window_waits() -> None:
    content = pcap([Record(frame) for frame in FRAMES])
    form = parse_file_header(content)
    assert form is not None
    window = np.frombuffer(content[FILE_HEADER:-1], np.uint8)
    part = PcapRecords(form).read(window, False, 10)
    assert frames_of([part]) == FRAMES[:2]
    assert part.consumed == 16 + 60 + 16 + 1514
    assert not part.skipped


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 300_000, 1600])
def test_reading_goes_on_behind_a_record_of_absurd_length(length: int) -> None:
    content = bytearray(pcap([Record(frame) for frame in FRAMES * 3]))
    third = FILE_HEADER + 16 + 60 + 16 + 1514
    struct.pack_into("<I", content, third + 8, length)
    parts = read_all(bytes(content))
    assert frames_of(parts)[:2] == FRAMES[:2]
    assert frames_of(parts)[-3:] == FRAMES
    assert skipped_of(parts)[CORRUPT] >= 1


@pytest.mark.parametrize("length", [0xFFFFFFFF, 270_000])
def test_the_first_record_may_be_the_corrupt_one(length: int) -> None:
    content = bytearray(pcap([Record(frame) for frame in FRAMES * 300]))
    struct.pack_into("<I", content, FILE_HEADER + 8, length)
    parts = read_all(bytes(content))
    assert frames_of(parts) == (FRAMES * 300)[1:]
    assert skipped_of(parts) == {CORRUPT: 1}


def test_a_file_of_nothing_but_corrupt_records_is_given_up() -> None:
    good = pcap_record(Record(b"x" * 20))
    bad = struct.pack("<IIII", SECONDS, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    parts = read_all(pcap_header() + (good + good + bad) * 1500)
    skipped = skipped_of(parts)
    assert skipped[GIVEN_UP] == 1
    assert skipped[CORRUPT] == 1000


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), max_size=12), st.integers(1, 5), st.sampled_from([1, 1 << 24]))
def test_headers_of_zeros_are_counted_and_left_out(
    there: list[bool], limit: int, seconds: int
) -> None:
    whole = pcap_record(Record(b"abc", seconds))
    content = pcap_header() + b"".join(whole if each else bytes(16) for each in there)
    parts = read_all(content, limit)
    assert frames_of(parts) == [b"abc"] * sum(there)
    assert skipped_of(parts).get(EMPTY, 0) == len(there) - sum(there)
    assert all((part.time_ns > 0).all() for part in parts)


def test_a_file_filled_with_zeros_is_read_at_once() -> None:
    content = pcap([Record(frame) for frame in FRAMES]) + bytes(1 << 24)
    parts = read_all(content, 10)
    assert frames_of(parts) == FRAMES
    assert skipped_of(parts) == {EMPTY: 1 << 20}
    assert len(parts) < 5


def test_headers_of_zeros_stand_before_a_corrupt_one() -> None:
    frames = b"".join(pcap_record(Record(frame)) for frame in FRAMES)
    bad = struct.pack("<IIII", SECONDS, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    parts = read_all(pcap_header() + frames + bytes(32) + frames + bad + frames)
    assert frames_of(parts) == FRAMES * 3
    assert skipped_of(parts) == {EMPTY: 2, CORRUPT: 1}


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_behind_the_header_are_read_to_the_end(rest: bytes) -> None:
    for part in read_all(pcap_header() + rest, 3):
        assert (part.offset + part.captured <= len(part.data)).all()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_long_file_is_read_as_a_short_one(order: str) -> None:
    sizes = [(each * each) % 700 for each in range(20_000)]
    frames = [bytes([each % 251]) * each for each in sizes]
    content = pcap([Record(frame, SECONDS + at) for at, frame in enumerate(frames)], order)
    parts = read_all(content, 9000)
    assert [len(part) for part in parts] == [9000, 9000, 2000]
    assert frames_of(parts) == frames
    stamps = [stamp for part in parts for stamp in part.time_ns.tolist()]
    assert stamps == [(SECONDS + at) * 10**9 for at in range(20_000)]
