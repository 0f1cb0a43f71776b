"""Frames under decoding as a struct of arrays, and the fields of gathered header bytes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp] | NDArray[np.bool_]

# What a frame begins with: an EtherType below 2 ** 16, else one of these. A "failure" says why
# decoding ended there.
IP: Final = 0x10000
LLC: Final = 0x10001
LINUX_COOKED: Final = 0x10002
LINUX_COOKED_2: Final = 0x10003
LOOPBACK: Final = 0x10004
WIRELESS: Final = 0x10005
RADIOTAP: Final = 0x10006
PPP: Final = 0x10007
PPP_SERIAL: Final = 0x10008
NETFILTER_LOG: Final = 0x10009
FDDI: Final = 0x1000A
ETHERNET: Final = 0x6558  # the EtherType of "transparent Ethernet bridging"
SNAP: Final = 0x1000B
AGGREGATE: Final = 0x1000C
CISCO_HDLC: Final = 0x1000D
SOLARIS_IPNET: Final = 0x1000E
PACKET_INFORMATION: Final = 0x1000F
PACKET_TAP: Final = 0x10010
FABRIC_PATH: Final = 0x8903

FIRST_FAILURE: Final = 0x10100
CUT_OFF: Final = 0x10100
NOT_IP_LLC: Final = 0x10101
NOT_DATA: Final = 0x10102
ENCRYPTED: Final = 0x10103
NOT_IP_PPP: Final = 0x10104
NOT_IP_FAMILY: Final = 0x10105
TOO_DEEP: Final = 0x10106
NOT_IP_SNAP: Final = 0x10107
BAD_LINK_HEADER: Final = 0x10108
OTHER_LINK_TYPE: Final = 0x10109
BAD_INNER: Final = 0x1010A
KINDS: Final = 0x1010B


@dataclass(frozen=True)
class Frames:
    """Frames, or what is left of them behind the headers already decoded.

    Positions count bytes in the block's data: ``start`` of the first byte not yet decoded,
    ``captured`` behind the last byte captured, ``end`` behind the last byte that was on the wire.
    ``record`` is the index of the record that a frame came in, ``depth`` the number of tunnels
    around it.
    """

    start: NDArray[np.int64]
    captured: NDArray[np.int64]
    end: NDArray[np.int64]
    record: NDArray[np.int64]
    kind: NDArray[np.int32]
    depth: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.start)

    def take(self, rows: Rows) -> Self:
        """Return the frames of these rows."""
        return type(self)(*take_rows([getattr(self, each.name) for each in fields(self)], rows))

    def part(self, begin: int, end: int) -> Self:
        """Return the frames from row ``begin`` up to ``end``; nothing is copied."""
        return type(self)(*(getattr(self, each.name)[begin:end] for each in fields(self)))

    def until(self, end: NDArray[np.int64]) -> Frames:
        """Return the frames without what stands at ``end`` and behind it."""
        captured, whole = np.minimum(self.captured, end), np.minimum(self.end, end)
        return Frames(self.start, captured, whole, self.record, self.kind, self.depth)

    def advance(
        self, count: NDArray[np.int64] | int, kind: NDArray[np.int32] | int, least: int
    ) -> Frames:
        """Return the frames behind a header of ``count`` bytes, that begin with ``kind``.

        Frames of which fewer than ``least`` bytes were captured, or of which nothing is left
        behind the header, are marked as cut off.
        """
        start = self.start + count
        whole = (self.captured - self.start >= least) & (start < self.captured)
        return Frames(
            start=np.where(whole, start, self.start),
            captured=self.captured,
            end=self.end,
            record=self.record,
            kind=np.where(whole, kind, CUT_OFF).astype(np.int32),
            depth=self.depth,
        )


def take_rows(columns: list[NDArray[Any]], rows: Rows) -> list[NDArray[Any]]:
    """Return these rows of all columns: ``take`` is far faster than an index on two dimensions."""
    numbers = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    return [values.take(numbers, axis=0) for values in columns]


def join(parts: list[Frames]) -> Frames:
    """Return the frames of several parts one after another."""
    if len(parts) == 1:
        return parts[0]
    return Frames(
        *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Frames))
    )


def big16(rows: NDArray[np.uint8], column: int) -> NDArray[np.int32]:
    """Return big-endian 16-bit values that begin in that column."""
    value: NDArray[np.int32] = rows[:, column : column + 2].view(">u2")[:, 0].astype(np.int32)
    return value


def big32(rows: NDArray[np.uint8], column: int) -> NDArray[np.uint32]:
    """Return big-endian 32-bit values that begin in that column."""
    value: NDArray[np.uint32] = rows[:, column : column + 4].view(">u4")[:, 0].astype(np.uint32)
    return value


def big64(rows: NDArray[np.uint8], column: int) -> NDArray[np.uint64]:
    """Return big-endian 64-bit values that begin in that column."""
    value: NDArray[np.uint64] = rows[:, column : column + 8].view(">u8")[:, 0].astype(np.uint64)
    return value


def byte(rows: NDArray[np.uint8], column: int) -> NDArray[np.int32]:
    """Return the bytes of that column."""
    return rows[:, column].astype(np.int32)
