"""The bytes of a capture file in windows that move forward: read or decompressed."""

from __future__ import annotations

import contextlib
import os
import stat
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import zstandard
from numpy.typing import NDArray

from capture.errors import UnreadableInputError
from capture.interrupts import end_waits_when_interrupted

DAMAGED: Final = "compressed data damaged or cut off"
UNREAD: Final = "rest of the file not read: it became shorter meanwhile, or its disk failed"
"""What there is to say of an input that is not whole."""
WINDOW: Final = 1 << 26
# What is left of a window is read again, behind which more follows, when it is less than this.
_LEAST_HELD: Final = WINDOW // 2
_STREAM_WINDOW: Final = 1 << 25
# A window that is not the last holds at least this much, more than any sound record.
LEAST: Final = 1 << 21
_READ: Final = 1 << 20
# What zlib leaves behind the end of a member is copied each time, and members may be tiny.
_GZIP_READ: Final = 1 << 15
_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
# Beyond this size a file that shrank more than any capture does is taken for a bomb.
_LARGEST_SIZE: Final = 1 << 36
_TRUSTED_SIZE: Final = 1 << 30
_MOST_RATIO: Final = 300


class Source(Protocol):
    """Bytes of one input, addressed by position; positions asked for never decrease."""

    damage: str
    """Why some of the input may be missing, empty if nothing is, as far as is known."""

    def window(self, position: int) -> tuple[NDArray[np.uint8], bool]:
        """Return bytes from ``position`` on, and whether they reach the end of the input."""

    def bytes_read(self, position: int) -> int:
        """Return how much of the file, as it lies on disk, there is before ``position``."""

    def close(self) -> None:
        """Release the file; arrays given out stay valid."""


class _Decoder(Protocol):
    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end."""


class PlainFile:
    """A file that can be read at any place, as long as it was when it was opened.

    It is not mapped into memory, where touching what is cut off meanwhile ends the process.
    """

    def __init__(self, file: BufferedReader) -> None:
        self.damage = ""
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self._start = 0
        self._held: NDArray[np.uint8] = np.empty(0, np.uint8)

    def window(self, position: int) -> tuple[NDArray[np.uint8], bool]:
        """Return at least half of ``WINDOW`` bytes, unless the file ends before."""
        if min(position + _LEAST_HELD, self._size) > self._start + len(self._held):
            self._fill(position)
        rest = self._held[position - self._start :]
        return rest, position + len(rest) >= self._size

    def bytes_read(self, position: int) -> int:
        """Return the position."""
        return position

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _fill(self, position: int) -> None:
        """Read a window behind what is held of it; arrays given out before stay as they were."""
        rest = self._held[position - self._start :]
        window = np.empty(min(WINDOW, self._size - position), np.uint8)
        window[: len(rest)] = rest
        count = len(rest) + self._read_into(window[len(rest) :], position + len(rest))
        if count < len(window):
            self.damage = UNREAD
            self._size = position + count
        self._held, self._start = window[:count], position

    def _read_into(self, window: NDArray[np.uint8], position: int) -> int:
        """Read in pieces, so that no more than one is lost where a disk fails."""
        count = 0
        with contextlib.suppress(OSError):
            self._file.seek(position)
            while piece := self._file.readinto(window[count : count + _READ].data):
                count += piece
        return count


class StreamedFile:
    """Bytes that come one after another, as from a decompressor or a pipe."""

    def __init__(
        self,
        path: Path,
        file: BufferedReader,
        decoder: _Decoder,
        limit: int | None,
        *,
        trusted_size: int | None = None,
    ) -> None:
        self.damage = ""
        self._path = path
        self._file = file
        self._decoder = decoder
        self._limit = limit
        self._trusted_size = trusted_size
        self._start = 0
        self._held: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._ended = False

    def window(self, position: int) -> tuple[NDArray[np.uint8], bool]:
        """Return at least ``LEAST`` bytes unless the input ends before."""
        self._drop(position)
        while not self._ended and (self._start < position or len(self._held) < LEAST):
            self._fill()
            self._drop(position)
        return self._held, self._ended

    def bytes_read(self, position: int) -> int:
        """Return how far the file was read: a little ahead of the position."""
        return self._file.tell() if self._file.seekable() else position

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _drop(self, position: int) -> None:
        count = min(position - self._start, len(self._held))
        self._held = self._held[count:]
        self._start += count

    def _fill(self) -> None:
        """Read until a whole window is held; bytes given out before stay as they were."""
        parts = [self._held]
        size = len(self._held)
        while size < _STREAM_WINDOW and not self._ended:
            chunk = self._read()
            parts.append(np.frombuffer(chunk, np.uint8))
            size += len(chunk)
        self._held = np.concatenate(parts)
        self._check_size()

    def _read(self) -> bytes:
        try:
            chunk = self._decoder.read(_READ)
        except (zlib.error, zstandard.ZstdError, EOFError, OSError):
            self.damage = DAMAGED
            chunk = b""
        self._ended = not chunk
        return chunk

    def _check_size(self) -> None:
        if self._limit is None:
            return
        size = self._start + len(self._held)
        allowed = self._limit
        if self._trusted_size is not None:
            allowed = min(allowed, max(self._trusted_size, _MOST_RATIO * self._file.tell()))
        if size > allowed:
            raise UnreadableInputError(
                f"{self._path}: expands to more than {allowed:,} bytes, like a decompression bomb; "
                "if you trust it, allow more with --decompression-limit"
            )


class _GzipDecoder:
    """The members of a gzip file one after another, decompressed in pieces of bounded size."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self._member = zlib.decompressobj(wbits=31)
        self._input = b""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; raise EOFError where a member is cut off."""
        while True:
            if self._member.eof and not self._next_member():
                return b""
            if not self._input:
                self._input = self._file.read(_GZIP_READ)
            ended = not self._input
            chunk = self._member.decompress(self._input, size)
            self._input = self._member.unconsumed_tail
            if chunk:
                return chunk
            if ended and not self._member.eof:
                raise EOFError

    def _next_member(self) -> bool:
        """Begin the next member; zero bytes after the last one are padding."""
        rest = self._member.unused_data or self._file.read(_GZIP_READ)
        while rest and not rest.strip(b"\0"):
            rest = self._file.read(_GZIP_READ)
        self._input = rest.lstrip(b"\0")
        self._member = zlib.decompressobj(wbits=31)
        return bool(self._input)


class _Pipe:
    """What a pipe brings, piece by piece, so that Ctrl-C is heard between them."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """Return that many bytes, fewer at the end."""
        pieces = []
        while piece := self._file.read1(size):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def open_source(
    path: Path, decompressed_limit: int | None, trusted_size: int = _TRUSTED_SIZE
) -> Source:
    """Open a file by its content: gzip and Zstandard are decompressed as they are read.

    To more than ``decompressed_limit`` bytes they raise UnreadableInputError. Without a limit that
    is 64 GiB, or already ``trusted_size`` for data that are more than 300 times their compressed
    size.

    Raises
    ------
    UnreadableInputError
        If the path is a directory, missing, empty or may not be read.
    """
    file = _open(path)
    head = file.peek(4)[:4]
    if not head:
        file.close()
        raise UnreadableInputError(f"{path}: the file is empty; nothing to analyse")
    if head.startswith(_GZIP):
        return _decompressed(path, file, _GzipDecoder(file), decompressed_limit, trusted_size)
    if head.startswith(_ZSTANDARD):
        decoder = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return _decompressed(path, file, decoder, decompressed_limit, trusted_size)
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return PlainFile(file)
    return StreamedFile(path, file, _Pipe(file), None)


def is_plain(path: Path) -> bool:
    """Return whether the path is an ordinary file that is not compressed."""
    try:
        if not path.is_file():  # a pipe, whose first bytes would be gone
            return False
        with path.open("rb") as file:
            return not file.read(4).startswith((_GZIP, _ZSTANDARD))
    except OSError:
        return False


def _decompressed(
    path: Path, file: BufferedReader, decoder: _Decoder, limit: int | None, trusted_size: int
) -> StreamedFile:
    if limit is None:
        return StreamedFile(path, file, decoder, _LARGEST_SIZE, trusted_size=trusted_size)
    return StreamedFile(path, file, decoder, limit)


def _open(path: Path) -> BufferedReader:
    if path.is_dir():
        raise UnreadableInputError(f"{path}: a directory, not a capture; name a file in it")
    end_waits_when_interrupted()  # for what a pipe may never bring
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or "cannot be opened"
        raise UnreadableInputError(
            f"{path}: {reason}; check the path and its permissions"
        ) from None
