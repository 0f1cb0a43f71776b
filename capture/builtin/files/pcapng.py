"""Records of a pcapng file (draft-ietf-opsawg-pcapng): sections, interfaces, packet blocks."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.pcapng_ahead import LEAST_BLOCK, PacketsAhead
from capture.builtin.files.pcapng_packets import (
    LEAST_LENGTH,
    MAXIMUM_PACKET_BLOCK,
    PACKET,
    PacketBlocks,
    PacketFields,
    packet_fields,
)
from capture.builtin.files.records import (
    CORRUPT,
    CUT_OFF,
    GIVEN_UP,
    MAXIMUM_CAPTURED,
    MOST_CORRUPT,
    UNDECLARED,
    Records,
)
from capture.builtin.files.timestamps import CLIPPED, nanoseconds

SECTION: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_ORDER_MAGIC: Final = 0x1A2B3C4D
_OPTION_RESOLUTION, _OPTION_OFFSET = 9, 14
_MICROSECONDS: Final = 6
_MAXIMUM_BLOCK: Final = 1 << 24
_SEARCH: Final = 1 << 20
# Of a section; packets of further ones count as those of undeclared ones do.
_MOST_INTERFACES: Final = 1 << 16
# Blocks followed at a time.
_LEAST_REACH, _MOST_REACH = 16, 1 << 18

Order = Literal["<", ">"]
_ORDER_OF: Final[dict[bytes, Order]] = {
    _ORDER_MAGIC.to_bytes(4, "little"): "<",
    _ORDER_MAGIC.to_bytes(4, "big"): ">",
}


@dataclass(frozen=True)
class Interface:
    """What an interface description block says.

    ``resolution`` is the byte of ``if_tsresol``, ``offset`` the seconds of ``if_tsoffset``.
    """

    link_type: int
    snap_length: int
    resolution: int = _MICROSECONDS
    offset: int = 0


_UNDECLARED: Final = Interface(UNDECLARED, 0)


def byte_order(head: bytes) -> Order | None:
    """Return the byte order of a section that begins with these bytes, None if it is none."""
    if len(head) < 12 or head[:4] != SECTION.to_bytes(4, "big"):
        return None
    return _ORDER_OF.get(head[8:12])


def section_version(head: bytes, order: Order) -> int:
    """Return the major version of the section that begins with these bytes, 1 if cut off."""
    return int(struct.unpack_from(order + "H", head, 12)[0]) if len(head) >= 14 else 1


def parse_interface(body: bytes, order: Order) -> Interface:
    """Return what the body (8 bytes or more) of an interface description block says."""
    link_type, _, snap_length = struct.unpack_from(order + "HHI", body)
    options = _options(body[8:], order)
    resolution = options.get(_OPTION_RESOLUTION, b"") or bytes([_MICROSECONDS])
    offset = options.get(_OPTION_OFFSET, b"")
    seconds = struct.unpack(order + "q", offset)[0] if len(offset) == 8 else 0
    return Interface(link_type, snap_length, resolution[0], seconds)


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
        self._reach = _MOST_REACH
        self._usual_size = 512.0

    def read(self, data: NDArray[np.uint8], ends: bool, limit: int) -> Records:
        """Return up to ``limit`` packets; ``ends`` says that no more bytes follow ``data``."""
        blocks = PacketBlocks()
        if self._corrupt == MOST_CORRUPT:
            return self._records(data, blocks, len(data), Counter())
        start = self._resume(data) if self._searching else 0
        if start is None:
            given_up = len(data) if ends and len(data) <= _SEARCH else min(len(data), _SEARCH)
            return self._records(data, blocks, given_up, Counter())
        behind, sound = self._walk(data, start, limit, blocks)
        self._end_run(blocks)
        if len(blocks):
            self._usual_size = (behind - start) / len(blocks)
        if not sound:
            return self._records(data, blocks, *self._lose(behind, data))
        if ends and len(blocks) < limit and behind != len(data):
            return self._records(data, blocks, len(data), Counter({CUT_OFF: 1}))
        return self._records(data, blocks, behind, Counter())

    def _walk(
        self, data: NDArray[np.uint8], start: int, limit: int, blocks: PacketBlocks
    ) -> tuple[int, bool]:
        """Follow the blocks; return where the walk ended, and whether at a sound block."""
        view, position = data.data, start
        ahead = None
        while len(blocks) < limit and position + LEAST_BLOCK <= len(view):
            kind, length = struct.unpack_from(self._order + "II", view, position)
            # The type of a section is the same in either byte order; its length is not.
            if kind == SECTION:
                if not self._enter_section(bytes(view[position + 8 : position + 12]), blocks):
                    return position, False
                length = struct.unpack_from(self._order + "I", view, position + 4)[0]
            if not _is_sound(kind, length):
                return position, False
            if _is_wanted(kind) and position + length > len(view):
                return position, True
            if kind in LEAST_LENGTH:
                if ahead is None or ahead.order != self._order or not ahead.reach(position):
                    ahead = self._look_ahead(data, position)
                position = ahead.take(limit, blocks)
                continue
            if kind == _INTERFACE:
                self._declare(view[position + 8 : position + length - 4], blocks)
            position += length + (-length % 4)
        return position, True

    def _look_ahead(self, data: NDArray[np.uint8], position: int) -> PacketsAhead:
        """Follow blocks from there, few at first where the byte order or a bad block ended it."""
        ahead = PacketsAhead(data, position, self._reach, self._order, self._usual_size)
        self._reach = min(2 * self._reach, _MOST_REACH)
        return ahead

    def _enter_section(self, magic: bytes, blocks: PacketBlocks) -> bool:
        """Take over the byte order that a section's magic tells; return whether it is one."""
        self._end_run(blocks)
        order = _ORDER_OF.get(magic)
        if order is None:
            return False
        if order != self._order:
            self._reach = _LEAST_REACH
        self._order, self._base = order, len(self._interfaces)
        return True

    def _declare(self, body: memoryview, blocks: PacketBlocks) -> None:
        """Take over an interface for the packets that follow."""
        self._end_run(blocks)
        if len(self._interfaces) - self._base < _MOST_INTERFACES:
            self._interfaces.append(parse_interface(bytes(body), self._order))

    def _end_run(self, blocks: PacketBlocks) -> None:
        blocks.end_run(self._order == ">", self._base, len(self._interfaces))

    def _lose(self, position: int, data: NDArray[np.uint8]) -> tuple[int, Counter[str]]:
        """Give up the block at ``position``; return the bytes done with, and the reason."""
        self._searching = True
        self._corrupt += 1
        self._reach = _LEAST_REACH
        if self._corrupt < MOST_CORRUPT:
            return min(position + 4, len(data)), Counter({CORRUPT: 1})
        return len(data), Counter({CORRUPT: 1, GIVEN_UP: 1})

    def _resume(self, data: NDArray[np.uint8]) -> int | None:
        """Return where a sound packet block begins, None if not in the bytes searched.

        Blocks are multiples of four bytes long, so they keep the alignment of the broken one.
        """
        part = data[: (min(len(data), _SEARCH + MAXIMUM_PACKET_BLOCK) // 4) * 4]
        words = np.frombuffer(part, self._order + "u4")
        found = np.flatnonzero(words[: _SEARCH // 4] == PACKET)
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
        self, data: NDArray[np.uint8], blocks: PacketBlocks, consumed: int, skipped: Counter[str]
    ) -> Records:
        packets = packet_fields(data, blocks)
        link_type, snap, resolution, offset = self._interface_columns(packets)
        captured = np.where(packets.simple, np.minimum(packets.length, snap), packets.captured)
        time_ns, clipped = nanoseconds(packets.ticks, resolution, offset)
        # Nothing refers to the interfaces of a section that is over.
        del self._interfaces[: self._base]
        self._base = 0
        return Records(
            data=data,
            offset=packets.frame,
            captured=np.minimum(captured, packets.room),
            length=packets.length,
            # A simple packet has no time stamp.
            time_ns=np.where(packets.simple, 0, time_ns),
            link_type=link_type,
            consumed=consumed,
            skipped=skipped,
            notes=Counter({CLIPPED: clipped}) if clipped else Counter(),
        )

    def _interface_columns(self, packets: PacketFields) -> NDArray[np.int64]:
        """Return link type, snap length, resolution and offset of each packet, shape (4, n)."""
        table = [
            (each.link_type, each.snap_length or MAXIMUM_CAPTURED, each.resolution, each.offset)
            for each in (*self._interfaces, _UNDECLARED)
        ]
        undeclared = packets.interface >= packets.declared
        which = np.where(undeclared, len(self._interfaces), packets.interface)
        columns: NDArray[np.int64] = np.array(table, np.int64).take(which, axis=0).T
        return columns


def _is_wanted(kind: int) -> bool:
    return kind in LEAST_LENGTH or kind == _INTERFACE


def _is_sound(kind: int, length: int) -> bool:
    """Tell whether a block of that type can have that length."""
    if _is_wanted(kind):
        return LEAST_LENGTH.get(kind, 20) <= length <= MAXIMUM_PACKET_BLOCK
    return 12 <= length <= _MAXIMUM_BLOCK
