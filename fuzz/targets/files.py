"""Capture files: pcap, pcapng and both of them compressed."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import zstandard

from capture.builtin.files import pcap, pcapng
from capture.builtin.files.capture_file import CaptureFile
from capture.errors import UnreadableInputError
from fuzz.seeds.corpus import Corpus, spread
from fuzz.target import Input, Target, buffers
from pcaps.generate.packet import Packet
from pcaps.generate.writer import ByteOrder, pcap_bytes, pcapng_bytes

_BEGINNING: Final = 1500
_RECORDS_A_BLOCK: Final = 40
_ORDERS: Final[tuple[ByteOrder, ...]] = ("little", "big")
_LATEST: Final = (1 << 32) * 10**9
_PCAP_TOKENS: Final = tuple(
    magic.to_bytes(4, order) for magic in pcap.MAGIC_NUMBERS for order in ("little", "big")
)
_PCAPNG_TOKENS: Final = (
    pcapng.SECTION.to_bytes(4, "big"),
    *(kind.to_bytes(4, "little") for kind in (1, 2, 3, 5, 6)),
    bytes.fromhex("0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000"),
    bytes.fromhex("01000000 14000000 0100 0000 00000400 14000000"),
    bytes.fromhex("0900 0100 09000000"),
    bytes.fromhex("0e00 0800 ffffffffffffff7f"),
)


def _heads(corpus: Corpus) -> list[bytes]:
    heads = []
    for path in corpus.captures:
        with path.open("rb") as file:
            heads.append(file.read(_BEGINNING))
    return heads


def _packets(corpus: Corpus) -> list[list[Packet]]:
    """Return the first packets of the captures whose times a pcap file can hold."""
    return [
        [Packet(each.time_ns, each.data) for each in frames[:8]]
        for frames in corpus.frames
        if all(0 <= each.time_ns < _LATEST for each in frames)
    ]


def _pcap_seeds(corpus: Corpus) -> list[Input]:
    found = [head for head in _heads(corpus) if pcap.parse_file_header(head) is not None]
    made = [
        pcap_bytes(packets, nanoseconds=fine, byte_order=order)
        for packets in _packets(corpus)[:20]
        for fine, order in zip((False, True), reversed(_ORDERS), strict=True)
    ]
    return buffers(spread(found + made))


def _pcapng_seeds(corpus: Corpus) -> list[Input]:
    found = [head for head in _heads(corpus) if pcapng.byte_order(head) is not None]
    made = [
        pcapng_bytes(packets, byte_order=order)
        for packets in _packets(corpus)[:20]
        for order in _ORDERS
    ]
    return buffers(spread(found + made))


def _compressed_seeds(corpus: Corpus) -> list[Input]:
    plain = [content[:1000] for (content,) in _pcap_seeds(corpus)[:40]]
    gzipped = [gzip.compress(content, mtime=0) for content in plain]
    members = [gzip.compress(content[:300], mtime=0) * 2 for content in plain[:5]]
    return buffers([*gzipped, *members, *map(zstandard.compress, plain)])


def _read(inputs: Sequence[Input], scratch: Path) -> None:
    """Read files to their ends; what each record names must lie in the bytes."""
    path = scratch / "capture"
    for parts in inputs:
        path.write_bytes(b"".join(parts))
        reader = CaptureFile(path, records_per_block=_RECORDS_A_BLOCK, decompressed_limit=1 << 26)
        for records in reader:
            end = records.offset + records.captured
            if len(records) and (records.offset.min() < 0 or end.max() > len(records.data)):
                raise AssertionError("a record lies outside of the file")


def _target(
    name: str, seeds: Callable[[Corpus], Sequence[Input]], tokens: tuple[bytes, ...]
) -> Target:
    return Target(name, seeds, _read, (UnreadableInputError,), tokens=tokens)


TARGETS: Final = (
    _target("pcap", _pcap_seeds, _PCAP_TOKENS),
    _target("pcapng", _pcapng_seeds, _PCAPNG_TOKENS),
    _target("compressed", _compressed_seeds, (b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\0" * 8)),
)
