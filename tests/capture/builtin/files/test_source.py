import errno
import gzip
import io
import os
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from capture.builtin.files import source as source_module
from capture.builtin.files.source import (
    LEAST,
    UNREAD,
    WINDOW,
    PlainFile,
    Source,
    is_plain,
    open_source,
)
from capture.errors import UnreadableInputError

NO_LIMIT = 1 << 40
CONTENT = random.Random(1).randbytes(3 * LEAST + 12_345)


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def read_in_steps(source: Source, step: int) -> bytes:
    """Read everything, going forward by ``step`` bytes at a time."""
    parts, position = [], 0
    while True:
        data, ends = source.window(position)
        assert ends or len(data) >= LEAST
        parts.append(data[:step].tobytes())
        position += step
        if ends and len(data) <= step:
            source.close()
            return b"".join(parts)


def two_members(content: bytes) -> bytes:
    half = len(content) // 2
    return gzip.compress(content[:half], 1) + gzip.compress(content[half:], 1) + bytes(512)


def two_frames(content: bytes) -> bytes:
    compressor, half = zstandard.ZstdCompressor(), len(content) // 2
    return compressor.compress(content[:half]) + compressor.compress(content[half:])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, two_members, two_frames])
def test_all_bytes_come_out_whatever_the_compression(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    source = open_source(write(tmp_path, pack(CONTENT)), NO_LIMIT)
    assert read_in_steps(source, 1_000_000) == CONTENT
    assert not source.damage


def test_a_plain_file_is_read_from_any_place(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, CONTENT), NO_LIMIT)
    assert isinstance(source, PlainFile)
    data, ends = source.window(100)
    assert ends
    assert data.tobytes() == CONTENT[100:]
    source.close()


def test_windows_of_a_plain_file_are_bounded_and_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(b"begin")
        file.truncate(WINDOW + 10)
    source = open_source(path, NO_LIMIT)
    first, ends = source.window(0)
    assert (len(first), ends) == (WINDOW, False)
    second, ends = source.window(WINDOW)
    assert (len(second), ends) == (10, True)
    assert first[:5].tobytes() == b"begin"
    source.close()


def test_what_is_left_of_a_window_is_given_without_reading_it_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(2 * WINDOW)
    source = open_source(path, NO_LIMIT)
    first, _ = source.window(0)
    second, ends = source.window(24)
    assert (len(second), ends) == (WINDOW - 24, False)
    assert np.shares_memory(first, second)
    third, ends = source.window(WINDOW - 7)
    assert (len(third), ends) == (WINDOW, False)
    source.close()


def test_a_window_begins_with_what_is_left_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.seek(WINDOW - 3)
        file.write(b"before and after")
    source = open_source(path, NO_LIMIT)
    source.window(0)
    window, ends = source.window(WINDOW - 3)
    assert (window.tobytes(), ends) == (b"before and after", True)
    source.close()


def test_a_file_that_shrinks_while_it_is_read_ends_there_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, CONTENT)
    source = open_source(path, NO_LIMIT)
    os.truncate(path, LEAST)
    data, ends = source.window(0)
    assert (data.tobytes(), ends) == (CONTENT[:LEAST], True)
    data, ends = source.window(2 * LEAST)
    assert (len(data), ends) == (0, True)
    assert source.damage == UNREAD
    source.close()


def test_a_file_that_grows_while_it_is_read_is_as_long_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, CONTENT)
    source = open_source(path, NO_LIMIT)
    with path.open("ab") as file:
        file.write(b"more")
    assert read_in_steps(source, 1_000_000) == CONTENT
    assert not source.damage


class FailingDisk(io.BufferedReader):
    """Fails behind the first bytes."""

    def readinto(self, buffer: Any) -> int:
        if self.tell() >= LEAST:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().readinto(buffer)


def test_a_disk_that_fails_loses_what_it_lost_and_is_told(tmp_path: Path) -> None:
    with FailingDisk(io.FileIO(write(tmp_path, CONTENT))) as file:
        source = PlainFile(file)
        data, ends = source.window(0)
        assert (data.tobytes(), ends) == (CONTENT[:LEAST], True)
        assert source.damage == UNREAD


def test_a_window_may_lie_far_ahead(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, gzip.compress(CONTENT, 1)), NO_LIMIT)
    data, ends = source.window(len(CONTENT) - 7)
    assert data.tobytes() == CONTENT[-7:]
    assert ends
    assert len(source.window(len(CONTENT) + 99)[0]) == 0
    source.close()


def test_bytes_given_out_do_not_change_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "_STREAM_WINDOW", LEAST)
    source = open_source(write(tmp_path, gzip.compress(CONTENT, 1)), NO_LIMIT)
    first, _ = source.window(0)
    before = first.tobytes()
    source.window(2 * LEAST)
    assert first.tobytes() == before == CONTENT[: len(before)]
    source.close()


@pytest.mark.parametrize("pack", [gzip.compress, two_members])
def test_a_cut_off_gzip_file_gives_what_can_be_read(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    packed = pack(CONTENT).rstrip(b"\0")
    source = open_source(write(tmp_path, packed[:-1000]), NO_LIMIT)
    read = read_in_steps(source, 1_000_000)
    assert CONTENT.startswith(read)
    assert len(read) > len(CONTENT) - 100_000
    assert source.damage


@pytest.mark.parametrize("pack", [gzip.compress, two_frames])
def test_a_damaged_file_gives_what_can_be_read(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    packed = bytearray(pack(b"".join(b"%d " % each for each in range(10**6))))
    packed[len(packed) // 2 : len(packed) // 2 + 50] = bytes(50)
    source = open_source(write(tmp_path, bytes(packed)), NO_LIMIT)
    read_in_steps(source, 1_000_000)
    assert source.damage


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_decompression_bomb_is_refused(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    source = open_source(write(tmp_path, pack(bytes(10 * LEAST))), 2 * LEAST)
    with pytest.raises(UnreadableInputError, match="decompression bomb") as error:
        read_in_steps(source, 1_000_000)
    assert str(tmp_path / "file") in str(error.value)
    assert "\n" not in str(error.value)
    source.close()


def test_a_size_that_no_capture_shrinks_from_is_refused(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, gzip.compress(bytes(10 * LEAST))), None, LEAST)
    with pytest.raises(UnreadableInputError, match="decompression bomb"):
        source.window(0)
    source.close()


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(CONTENT,))
    writer.start()
    assert read_in_steps(open_source(pipe, NO_LIMIT), 1_000_000) == CONTENT
    writer.join()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="file: the file is empty"):
        open_source(write(tmp_path, b""), NO_LIMIT)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="a directory"):
        open_source(tmp_path, NO_LIMIT)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="absent: No such file"):
        open_source(tmp_path / "absent", NO_LIMIT)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, CONTENT)

    def refuse(self: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableInputError, match="file: Permission denied; check"):
        open_source(path, NO_LIMIT)


def test_positions_are_counted_from_the_begin_of_the_decompressed_bytes(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, gzip.compress(CONTENT, 1)), NO_LIMIT)
    for position in (0, 10, 10, LEAST + 3):
        data, _ = source.window(position)
        assert np.array_equal(data[:50], np.frombuffer(CONTENT[position : position + 50], np.uint8))
    source.close()


def test_very_many_gzip_members_are_read_to_the_end(tmp_path: Path) -> None:
    content = gzip.compress(b"", mtime=0) * 30_000 + gzip.compress(b"the end", mtime=0)
    source = open_source(write(tmp_path, content), NO_LIMIT)
    window, ends = source.window(0)
    assert (window.tobytes(), ends) == (b"the end", True)
    source.close()


def test_what_is_plain_can_be_read_by_several_processes(tmp_path: Path) -> None:
    plain, packed, pipe = (tmp_path / name for name in ("plain", "packed", "pipe"))
    plain.write_bytes(b"anything")
    packed.write_bytes(gzip.compress(b"anything"))
    os.mkfifo(pipe)
    assert is_plain(plain)
    assert not any(map(is_plain, (packed, pipe, tmp_path, tmp_path / "missing")))
