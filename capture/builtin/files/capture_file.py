"""A capture file as a run of record blocks, whatever its format and compression."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files import pcap, pcapng
from capture.builtin.files.records import Records, joined
from capture.builtin.files.source import LEAST, Source, open_source
from capture.errors import UnreadableInputError

_HEAD: Final = 64
_FORMATS: Final = "give a pcap or pcapng file, plain, .gz or .zst"
_OTHER_FILES: Final = {
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"\xfd7zXZ\x00": "compressed with xz; decompress it first",
    b"BZh": "compressed with bzip2; decompress it first",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it first",
    b"snoop\x00\x00\x00": f"a snoop capture; {_FORMATS}",
}


class _RecordReader(Protocol):
    def read(self, data: NDArray[np.uint8], ends: bool, limit: int) -> Records:
        """Return up to ``limit`` records of these bytes."""


class CaptureFile:
    """Iterate over the records of a capture in blocks of bounded size.

    ``damage`` tells after the last block what is wrong with the file, if anything, as a reason why
    some of it may be missing; ``bytes_read`` is how far the file, as it lies on disk, was read.
    Iterating raises UnreadableInputError if the path holds no capture.
    """

    def __init__(
        self, path: Path, *, records_per_block: int, decompressed_limit: int | None
    ) -> None:
        self._path = path
        self._records_per_block = records_per_block
        self._decompressed_limit = decompressed_limit
        self.damage = ""
        self.bytes_read = 0

    def __iter__(self) -> Iterator[Records]:
        """Yield the records."""
        source = open_source(self._path, self._decompressed_limit)
        try:
            yield from self._blocks(source)
        finally:
            self.damage = source.damage
            source.close()

    def _blocks(self, source: Source) -> Iterator[Records]:
        data, ends = source.window(0)
        if not len(data) and source.damage:
            raise UnreadableInputError(f"{self._path}: {source.damage}")
        reader, position = self._recognise(bytes(data[:_HEAD]))
        while True:
            data, ends = source.window(position)
            records = self._read(reader, data, ends)
            position += records.consumed
            self.bytes_read = source.bytes_read(position)
            yield records
            if ends and records.consumed >= len(data):
                return

    def _read(self, reader: _RecordReader, data: NDArray[np.uint8], ends: bool) -> Records:
        """Return the records of ``data``, also those behind corrupt ones, which end a reading."""
        parts = [reader.read(data, ends, self._records_per_block)]
        consumed, count = parts[0].consumed, len(parts[0])
        # A reader that searches needs as much of the file as a window has.
        while parts[-1].skipped and count < self._records_per_block:
            if consumed >= len(data) or not (ends or len(data) - consumed >= LEAST):
                break
            parts.append(reader.read(data[consumed:], ends, self._records_per_block - count))
            consumed, count = consumed + parts[-1].consumed, count + len(parts[-1])
        return joined(data, parts)

    def _recognise(self, head: bytes) -> tuple[_RecordReader, int]:
        """Return the reader for a file that begins so, and where its records begin."""
        form = pcap.parse_file_header(head)
        if form is not None:
            self._check_version("pcap", form.version[0], 2)
            return pcap.PcapRecords(form), pcap.FILE_HEADER
        order = pcapng.byte_order(head)
        if order is not None:
            self._check_version("pcapng", pcapng.section_version(head, order), 1)
            return pcapng.PcapngRecords(), 0
        raise UnreadableInputError(f"{self._path}: {_what_it_is(head)}")

    def _check_version(self, name: str, version: int, known: int) -> None:
        if version != known:
            raise UnreadableInputError(
                f"{self._path}: {name} version {version} is not supported, only {known}; "
                "the file may be damaged"
            )


def _what_it_is(head: bytes) -> str:
    """Say what a file that is no capture seems to be, and what to do."""
    if not head:
        return f"nothing could be decompressed; {_FORMATS}"
    for magic, text in _OTHER_FILES.items():
        if head.startswith(magic):
            return f"not a capture but {text}"
    if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head):
        return f"not a capture (it looks like text); {_FORMATS}"
    if head[:4] in _MAGIC_NUMBERS:
        return "a capture cut off within its file header; nothing to analyse"
    return f"not a capture; {_FORMATS}"


_MAGIC_NUMBERS: Final = {
    magic.to_bytes(4, order) for magic in pcap.MAGIC_NUMBERS for order in ("little", "big")
} | {pcapng.SECTION.to_bytes(4, "big")}
