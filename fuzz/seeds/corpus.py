"""Captures and Zeek logs taken apart into what each parser reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from capture.builtin.block import PacketBlock
from capture.builtin.files.capture_file import CaptureFile
from capture.builtin.packets import PacketReader
from capture.discover import find_inputs
from capture.errors import UnreadableInputError
from capture.zeek_folder import find_log_files

_PACKETS_A_CAPTURE: Final = 300
_MOST_PACKETS_A_CONVERSATION: Final = 24
_MOST_BYTES_A_CONVERSATION: Final = 12_000
_MOST_SEEDS: Final = 400
_LOG_BYTES: Final = 6_000
_TCP: Final = 6
_UDP: Final = 17


class Frame(NamedTuple):
    """A frame of a capture, as the capture holds it."""

    link_type: int
    time_ns: int
    length: int
    data: bytes


class Segment(NamedTuple):
    """A packet of a conversation; TCP's numbers are 0 in UDP."""

    time_ns: int
    from_first: bool
    flags: int
    sequence: int
    acknowledgement: int
    window: int
    payload: bytes


@dataclass(frozen=True)
class Conversation:
    """Packets between two endpoints; the first one is the sender of the first packet."""

    protocol: int
    first_port: int
    second_port: int
    segments: tuple[Segment, ...]

    @property
    def is_tcp(self) -> bool:
        """Whether it is one of TCP."""
        return self.protocol == _TCP

    @property
    def messages(self) -> tuple[bytes, ...]:
        """Return what was said, each piece behind a byte that is 1 for the first endpoint."""
        return tuple(
            bytes((segment.from_first,)) + segment.payload
            for segment in self.segments
            if segment.payload
        )


class Corpus:
    """The captures and logs at and below some folders, in order of name."""

    def __init__(self, folders: Sequence[Path]) -> None:
        found = find_inputs(folders)
        self.captures = [source.path for source in found if source.kind == "capture"]
        self._log_folders = [source.path for source in found if source.kind == "logs"]

    @cached_property
    def frames(self) -> list[list[Frame]]:
        """The first frames of each capture."""
        return [frames for frames in map(_frames, self.captures) if frames]

    @cached_property
    def conversations(self) -> list[Conversation]:
        """The first packets of conversations over TCP and UDP."""
        return [found for path in self.captures for found in _conversations(path)]

    def said(self, protocol: str) -> list[Conversation]:
        """Return the conversations over ``tcp`` or ``udp`` in which something was said."""
        tcp = protocol == "tcp"
        return [talk for talk in self.conversations if talk.is_tcp == tcp and talk.messages]

    def logs(self, *names: str) -> list[bytes]:
        """Return the beginnings of Zeek logs of those names."""
        paths = [
            path
            for folder in self._log_folders
            for name, files in find_log_files(folder).items()
            if name in names
            for path in files
            if path.suffix == ".log"
        ]
        return spread([_beginning(path) for path in paths])


def spread(seeds: Iterable[bytes]) -> list[bytes]:
    """Return distinct seeds, evenly taken where there are very many."""
    distinct = sorted(set(seeds))
    step = max(len(distinct) / _MOST_SEEDS, 1)
    return [distinct[int(number * step)] for number in range(int(len(distinct) / step))]


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return b"".join(file.read(_LOG_BYTES).splitlines(keepends=True)[:20])


def _frames(path: Path) -> list[Frame]:
    frames = []
    try:
        reader = CaptureFile(path, records_per_block=_PACKETS_A_CAPTURE, decompressed_limit=1 << 30)
        records = next(iter(reader))
    except (UnreadableInputError, StopIteration):
        return []
    for number in range(len(records)):
        begin, size = int(records.offset[number]), int(records.captured[number])
        frames.append(
            Frame(
                int(records.link_type[number]),
                int(records.time_ns[number]),
                int(records.length[number]),
                records.data[begin : begin + size].tobytes(),
            )
        )
    return frames


def _conversations(path: Path) -> list[Conversation]:
    try:
        block = next(iter(PacketReader(path, packets_per_block=_PACKETS_A_CAPTURE)), None)
    except UnreadableInputError:
        return []
    return [] if block is None else list(_split(block))


def _split(block: PacketBlock) -> Iterator[Conversation]:
    """Yield the conversations of a block, in order of their first packets."""
    found: dict[frozenset[tuple[bytes, int, int]], list[int]] = {}
    for at in range(len(block)):
        if block.protocol[at] in (_TCP, _UDP):
            ends = {_end(block, at, "source"), _end(block, at, "destination")}
            found.setdefault(frozenset(ends), []).append(at)
    for packets in found.values():
        yield _conversation(block, packets[:_MOST_PACKETS_A_CONVERSATION])


def _end(block: PacketBlock, at: int, role: str) -> tuple[bytes, int, int]:
    port = int(getattr(block, f"{role}_port")[at])
    return getattr(block, role)[at].tobytes(), port, int(block.protocol[at])


def _conversation(block: PacketBlock, packets: Sequence[int]) -> Conversation:
    first = packets[0]
    end = _end(block, first, "source")
    room = _MOST_BYTES_A_CONVERSATION
    segments = []
    for at in packets:
        segment = _segment(block, at, _end(block, at, "source") == end)
        room -= len(segment.payload)
        if room < 0:
            break
        segments.append(segment)
    ports = int(block.source_port[first]), int(block.destination_port[first])
    return Conversation(int(block.protocol[first]), *ports, tuple(segments))


def _segment(block: PacketBlock, at: int, from_first: bool) -> Segment:
    begin, size = int(block.payload_offset[at]), int(block.payload_captured[at])
    return Segment(
        int(block.time_ns[at]),
        from_first,
        int(block.tcp_flags[at]),
        int(block.tcp_sequence[at]),
        int(block.tcp_acknowledgement[at]),
        int(block.tcp_window[at]),
        block.data[begin : begin + size].tobytes(),
    )
