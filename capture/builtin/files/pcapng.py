"""Records of a pcapng file (draft-ietf-opsawg-pcapng): sections, interfaces, packet blocks."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.gather import gather
from capture.builtin.files.records import (
    CORRUPT,
    CUT_OFF,
    GIVEN_UP,
    MAXIMUM_CAPTURED,
    MOST_CORRUPT,
    Records,
)
from capture.builtin.files.timestamps import CLIPPED, TimeScale

SECTION: Final = 0x0A0D0D0A
_INTERFACE, _OBSOLETE_PACKET, _SIMPLE_PACKET, _PACKET = 1, 2, 3, 6
_ORDER_MAGIC: Final = 0x1A2B3C4D
_OPTION_RESOLUTION, _OPTION_OFFSET = 9, 14
# A block with a packet and its options; other blocks may be as long as the file.
_MAXIMUM_PACKET_BLOCK: Final = MAXIMUM_CAPTURED + (1 << 17)
_SEARCH: Final = 1 << 20
_UNDECLARED: Final = "packet of an interface that the file does not declare"
_MAXIMUM_BLOCK: Final = 1 << 24
# Packet block -> its least length: header, fixed fields and trailer.
_LEAST: Final = {_PACKET: 32, _OBSOLETE_PACKET: 32, _SIMPLE_PACKET: 16}

Order = Literal["<", ">"]


@dataclass(frozen=True)
class Interface:
    """What an interface description block says."""

    link_type: int
    snap_length: int
    scale: TimeScale


@dataclass
class _Blocks:
    """Packet blocks found in one window, in runs that share byte order and interfaces."""

    position: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    runs: list[tuple[int, bool, int, int]] = field(default_factory=list)
    counted: int = 0

    def end_run(self, big: bool, base: int, declared: int) -> None:
        """Note what is in force for the packets found since the last run."""
        count = len(self.position) - self.counted
        if count:
            self.runs.append((count, big, base, declared))
            self.counted += count


def byte_order(head: bytes) -> Order | None:
    """Return the byte order of a section that begins with these bytes, None if it is none."""
    if len(head) < 12 or head[:4] != SECTION.to_bytes(4, "big"):
        return None
    return _section_order(head[8:12])


def section_version(head: bytes, order: Order) -> int:
    """Return the major version of the section that begins with these bytes, 1 if cut off."""
    return int(struct.unpack_from(order + "H", head, 12)[0]) if len(head) >= 14 else 1


def _section_order(magic: bytes) -> Order | None:
    orders: dict[bytes, Order] = {
        _ORDER_MAGIC.to_bytes(4, "little"): "<",
        _ORDER_MAGIC.to_bytes(4, "big"): ">",
    }
    return orders.get(magic)


def parse_interface(body: bytes, order: Order) -> Interface | None:
    """Return what the body of an interface description block says, None if it is cut off."""
    if len(body) < 8:
        return None
    link_type, _, snap_length = struct.unpack_from(order + "HHI", body)
    options = _options(body[8:], order)
    resolution = options.get(_OPTION_RESOLUTION, b"\x06")[:1] or b"\x06"
    offset = options.get(_OPTION_OFFSET, b"")
    seconds = struct.unpack(order + "q", offset)[0] if len(offset) == 8 else 0
    return Interface(link_type, snap_length, TimeScale(resolution[0], seconds))


def _options(body: bytes, order: Order) -> dict[int, bytes]:
    """Return the first value of each option, as far as they can be read."""
    options: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, position)
        if code == 0:
            break
        options.setdefault(code, body[position + 4 : position + 4 + length])
        position += 4 + length + (-length % 4)
    return options


class PcapngRecords:
    """Find the packets in windows of the file's bytes, from its first section header on."""

    def __init__(self) -> None:
        self._order: Order = "<"
        self._interfaces: list[Interface] = []
        self._base = 0
        self._searching = False
        self._corrupt = 0

    def read(self, data: NDArray[np.uint8], ends: bool, limit: int) -> Records:
        """Return up to ``limit`` packets; ``ends`` says that no more bytes follow ``data``."""
        if self._corrupt == MOST_CORRUPT:
            return self._records(data, _Blocks(), len(data), Counter())
        start = self._resume(data) if self._searching else 0
        if start is None:
            given_up = len(data) if ends and len(data) <= _SEARCH else min(len(data), _SEARCH)
            return self._records(data, _Blocks(), given_up, Counter())
        blocks = _Blocks()
        behind, sound = self._walk(data, start, limit, blocks)
        blocks.end_run(self._order == ">", self._base, len(self._interfaces))
        if not sound:
            return self._records(data, blocks, *self._lose(behind, data))
        if ends and len(blocks.position) < limit and behind != len(data):
            return self._records(data, blocks, len(data), Counter({CUT_OFF: 1}))
        return self._records(data, blocks, behind, Counter())

    def _walk(
        self, data: NDArray[np.uint8], start: int, limit: int, blocks: _Blocks
    ) -> tuple[int, bool]:
        """Follow the blocks; return where the walk ended, and whether at a sound block."""
        view, position, end = data.data, start, len(data)
        header = struct.Struct(self._order + "II").unpack_from
        while position + 12 <= end and len(blocks.position) < limit:
            kind, length = header(view, position)
            if kind == SECTION:
                blocks.end_run(self._order == ">", self._base, len(self._interfaces))
                if not self._begin_section(bytes(view[position + 8 : position + 12])):
                    return position, False
                header = struct.Struct(self._order + "II").unpack_from
                kind, length = header(view, position)
            if not _sound(kind, length):
                return position, False
            following = position + length + (-length % 4)
            if kind in _LEAST or kind == _INTERFACE:
                if position + length > end:
                    break
                self._take(view, position, kind, length, blocks)
            position = following
        return position, True

    def _take(
        self, view: memoryview, position: int, kind: int, length: int, blocks: _Blocks
    ) -> None:
        if kind == _INTERFACE:
            blocks.end_run(self._order == ">", self._base, len(self._interfaces))
            interface = parse_interface(
                bytes(view[position + 8 : position + length - 4]), self._order
            )
            # A broken description still takes its number.
            self._interfaces.append(interface or Interface(-1, 0, TimeScale()))
            return
        blocks.position.append(position)
        blocks.kind.append(kind)

    def _begin_section(self, magic: bytes) -> bool:
        order = _section_order(magic)
        if order is None:
            return False
        self._order = order
        self._base = len(self._interfaces)
        return True

    def _lose(self, position: int, data: NDArray[np.uint8]) -> tuple[int, Counter[str]]:
        """Give up the block at ``position``; return the bytes done with, and the reason."""
        self._searching = True
        self._corrupt += 1
        if self._corrupt < MOST_CORRUPT:
            return min(position + 4, len(data)), Counter({CORRUPT: 1})
        return len(data), Counter({CORRUPT: 1, GIVEN_UP: 1})

    def _resume(self, data: NDArray[np.uint8]) -> int | None:
        """Return where a sound packet block begins, None if not in the bytes searched.

        Blocks are multiples of four bytes long, so they keep the alignment of the broken one.
        """
        part = data[: (min(len(data), _SEARCH + _MAXIMUM_PACKET_BLOCK) // 4) * 4]
        words = np.frombuffer(part, self._order + "u4")
        found = np.flatnonzero(words[: _SEARCH // 4] == _PACKET)
        found = found[found + 8 <= len(words)]
        length = words[found + 1].astype(np.int64)
        whole = (length >= 32) & (length % 4 == 0) & (found + length // 4 <= len(words))
        found, length = found[whole], length[whole]
        repeated = words[found + length // 4 - 1] == length
        fits = words[found + 5].astype(np.int64) + 32 <= length
        found = found[repeated & fits]
        if not len(found):
            return None
        self._searching = False
        return int(found[0]) * 4

    def _records(
        self, data: NDArray[np.uint8], blocks: _Blocks, consumed: int, skipped: Counter[str]
    ) -> Records:
        packets = _Packets.of(data, blocks)
        known = packets.interface < packets.declared
        if not known.all():
            skipped = skipped + Counter({_UNDECLARED: int(np.count_nonzero(~known))})
            packets = packets.select(known)
        time_ns, clipped = self._times(packets)
        return Records(
            data=data,
            offset=packets.frame,
            captured=self._captured(packets),
            length=packets.length,
            time_ns=time_ns,
            link_type=self._per_interface([each.link_type for each in self._interfaces], packets),
            consumed=consumed,
            skipped=skipped,
            notes=Counter({CLIPPED: clipped}) if clipped else Counter(),
        )

    def _captured(self, packets: _Packets) -> NDArray[np.int64]:
        """Return captured lengths: a simple packet's follows from the interface's snap length."""
        snap = [each.snap_length or MAXIMUM_CAPTURED for each in self._interfaces]
        simple = np.minimum(packets.length, self._per_interface(snap, packets))
        captured = np.where(packets.kind == _SIMPLE_PACKET, simple, packets.captured)
        return np.minimum(captured, packets.room)

    def _times(self, packets: _Packets) -> tuple[NDArray[np.int64], int]:
        """Return time stamps and how many were clipped; a simple packet has none: the epoch."""
        time_ns, clipped = np.zeros(len(packets.frame), np.int64), 0
        scales = list(dict.fromkeys(each.scale for each in self._interfaces))
        numbers = {scale: number for number, scale in enumerate(scales)}
        which = self._per_interface([numbers[each.scale] for each in self._interfaces], packets)
        which[packets.kind == _SIMPLE_PACKET] = -1
        for number, scale in enumerate(scales):
            rows = np.flatnonzero(which == number)
            time_ns[rows], count = scale.nanoseconds(packets.ticks[rows])
            clipped += count
        return time_ns, clipped

    @staticmethod
    def _per_interface(values: list[int], packets: _Packets) -> NDArray[np.int64]:
        return np.array(values, np.int64)[packets.interface]


def _sound(kind: int, length: int) -> bool:
    """Tell whether a block of that type can have that length."""
    if kind in _LEAST or kind == _INTERFACE:
        return _LEAST.get(kind, 20) <= length <= _MAXIMUM_PACKET_BLOCK
    return 12 <= length <= _MAXIMUM_BLOCK


@dataclass(frozen=True)
class _Packets:
    """The fields of packet blocks, one array entry a packet."""

    kind: NDArray[np.int64]
    interface: NDArray[np.int64]  # counted over all sections
    declared: NDArray[np.int64]  # interfaces known when the packet came
    ticks: NDArray[np.uint64]
    captured: NDArray[np.int64]
    length: NDArray[np.int64]
    room: NDArray[np.int64]  # bytes of the block that can belong to the frame
    frame: NDArray[np.int64]  # offset of the frame

    @classmethod
    def of(cls, data: NDArray[np.uint8], blocks: _Blocks) -> _Packets:
        """Read the fields of all packet blocks found."""
        position, kind = np.array(blocks.position, np.int64), np.array(blocks.kind, np.int64)
        runs = np.array(blocks.runs, np.int64).reshape(-1, 4)
        big, base, declared = np.repeat(runs[:, 1:], runs[:, 0], axis=0).T
        words = _words(data, position, big != 0)
        simple = kind == _SIMPLE_PACKET
        # The obsolete packet block has a 16-bit interface, then a count of drops.
        half = np.where(big, words[:, 2] >> 16, words[:, 2] & 0xFFFF)
        number = np.where(kind == _OBSOLETE_PACKET, half, np.where(simple, 0, words[:, 2]))
        return cls(
            kind=kind,
            interface=base + number,
            declared=declared,
            ticks=(words[:, 3].astype(np.uint64) << np.uint64(32)) | words[:, 4].astype(np.uint64),
            captured=words[:, 5],
            # A simple packet block has but the length of the frame.
            length=np.where(simple, words[:, 2], words[:, 6]),
            room=words[:, 1] - np.where(simple, 16, 32),
            frame=position + np.where(simple, 12, 28),
        )

    def select(self, rows: NDArray[np.bool_]) -> _Packets:
        """Return the packets of the rows that are true."""
        return _Packets(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def _words(
    data: NDArray[np.uint8], position: NDArray[np.int64], big: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the first seven 32-bit words of each block, shape (n, 7)."""
    rows = gather(data, position, 28)
    words = rows.view("<u4").astype(np.int64)
    words[big] = rows[big].view(">u4")
    return words
