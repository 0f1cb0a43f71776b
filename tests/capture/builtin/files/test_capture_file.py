import gzip
import struct
from pathlib import Path

import pytest

from capture.builtin.files.capture_file import CaptureFile
from capture.errors import UnreadableInputError
from tests.capture.builtin.files.capture_bytes import (
    Record,
    interface,
    packet,
    pcap,
    pcap_header,
    section,
)
from tests.capture.builtin.files.test_pcap import frames_of

FRAMES = [bytes([number]) * (60 + number) for number in range(20)]


def open_file(folder: Path, content: bytes, records_per_block: int = 7) -> CaptureFile:
    path = folder / "some.pcap"
    path.write_bytes(content)
    return CaptureFile(path, records_per_block=records_per_block, decompressed_limit=1 << 30)


def pcapng_bytes() -> bytes:
    return section() + interface() + b"".join(packet(frame) for frame in FRAMES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("content", [pcap([Record(each) for each in FRAMES]), pcapng_bytes()])
def test_the_format_is_told_by_content(tmp_path: Path, content: bytes, pack: object) -> None:
    assert callable(pack)
    file = open_file(tmp_path, pack(content))
    parts = list(file)
    assert frames_of(parts) == FRAMES
    assert max(len(part) for part in parts) == 7
    assert not file.damage


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(("per_block", "blocks"), [(100, [20]), (7, [7, 7, 6])])
def test_what_stands_behind_corrupt_records_comes_in_the_same_block(
    tmp_path: Path, pack: object, per_block: int, blocks: list[int]
) -> None:
    assert callable(pack)
    whole = pcap([Record(each, fraction=at) for at, each in enumerate(FRAMES)])
    middle = whole.index(FRAMES[5]) + len(FRAMES[5])
    later = whole.index(FRAMES[12]) + len(FRAMES[12])
    corrupt = b"\xff" * 100
    content = whole[:middle] + corrupt + whole[middle:later] + corrupt + whole[later:]
    parts = [part for part in open_file(tmp_path, pack(content), per_block) if len(part)]
    assert frames_of(parts) == FRAMES
    assert [len(part) for part in parts] == blocks
    assert sum(part.skipped["corrupt record header"] for part in parts) == 2


def test_a_capture_without_packets_has_no_records(tmp_path: Path) -> None:
    assert frames_of(list(open_file(tmp_path, pcap_header()))) == []
    assert frames_of(list(open_file(tmp_path, section()))) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"2026-11-21 12:00:00 connection from 10.0.0.1\n" * 3, "looks like text"),
        (b"\x00\x01\x02\x03" * 20, "not a capture"),
        (b"PK\x03\x04" + bytes(60), "a zip archive; unpack it"),
        (b"\xfd7zXZ\x00" + bytes(60), "compressed with xz; decompress"),
        (pcap_header()[:20], "cut off within its file header"),
        (pcap_header(version=(3, 0)), "pcap version 3 is not supported"),
        (section(version=2), "pcapng version 2 is not supported"),
        (gzip.compress(b"plain text of some length", mtime=0), "looks like text"),
        (gzip.compress(b"", mtime=0), "nothing could be decompressed"),
        (struct.pack(">I", 0x0A0D0D0A) + bytes(20), "cut off within its file header"),
    ],
)
def test_what_is_no_capture_is_refused_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(UnreadableInputError, match=message) as error:
        list(open_file(tmp_path, content))
    assert str(error.value).startswith(str(tmp_path / "some.pcap"))
    assert "\n" not in str(error.value)


def test_damaged_compression_is_told_after_the_last_block(tmp_path: Path) -> None:
    frames = [bytes([number % 251]) * 1000 for number in range(500)]
    packed = gzip.compress(pcap([Record(each) for each in frames]))
    file = open_file(tmp_path, packed[: len(packed) // 2])
    read = frames_of(list(file))
    assert file.damage
    assert 0 < len(read) < 500
    assert read == frames[: len(read)]
