"""Records of a pcap file (draft-ietf-opsawg-pcap), in either byte order and time resolution."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.chain import Layout, Order, first_in_each, follow, lookouts
from capture.builtin.files.gather import gather
from capture.builtin.files.records import (
    CORRUPT,
    CUT_OFF,
    EMPTY,
    GIVEN_UP,
    MAXIMUM_CAPTURED,
    MOST_CORRUPT,
    Records,
)
from capture.builtin.files.timestamps import NANOSECONDS

FILE_HEADER: Final = 24
_SEARCH: Final = 1 << 20
_FIRST_SEARCH: Final = 1 << 14
# Records around a corrupt one are at most that many seconds away.
_NEAR: Final = 30 * 86_400
_RECENT: Final = 15
# Records of one window are seldom further apart than that many times 65,536 seconds.
_APART: Final = 40
# Places at which to try for a guess: bytes may look like time stamps all over.
_TRIES: Final = 64
# Bytes for which guesses are made: all of a window, but few behind a corrupt record.
_FEW_AHEAD, _MOST_AHEAD = 1 << 16, 1 << 26

# Magic number -> nanoseconds a tick, bytes of a record header. The last is Alexey Kuznetzov's
# variant, whose records carry eight more bytes.
MAGIC_NUMBERS: Final = {0xA1B2C3D4: (1000, 16), 0xA1B23C4D: (1, 16), 0xA1B2CD34: (1000, 24)}


@dataclass(frozen=True)
class PcapFormat:
    """What the file header says about the records."""

    order: Order
    tick_ns: int
    record_header: int
    link_type: int
    version: tuple[int, int]

    @property
    def captured_at(self) -> int:
        """Return where a record header holds the captured length: before 2.3 it came last."""
        return 12 if self.version < (2, 3) else 8


def parse_file_header(head: bytes) -> PcapFormat | None:
    """Return what the first 24 bytes say, or None when they are not of a pcap file."""
    if len(head) < FILE_HEADER:
        return None
    order: Order
    for order in ("<", ">"):
        magic, major, minor, _, _, _, network = struct.unpack_from(order + "IHHiIII", head)
        if magic in MAGIC_NUMBERS:
            tick_ns, size = MAGIC_NUMBERS[magic]
            # The six bits above the link type tell about a frame check sequence.
            return PcapFormat(order, tick_ns, size, network & 0x03FFFFFF, (major, minor))
    return None


class PcapRecords:
    """Find the records in windows of the file's bytes, from behind the file header on."""

    def __init__(self, form: PcapFormat) -> None:
        self._form = form
        self._usual_second: int | None = None
        self._searching = False
        self._corrupt = 0
        self._usual_size = 512.0
        self._ahead = _MOST_AHEAD

    def read(self, data: NDArray[np.uint8], ends: bool, limit: int) -> Records:
        """Return up to ``limit`` records; ``ends`` says that no more bytes follow ``data``."""
        none = np.empty(0, np.int64)
        if self._corrupt == MOST_CORRUPT:
            return self._records(data, none, len(data))
        start = self._resume(data, ends) if self._searching else 0
        if start is None:
            return self._records(data, none, _given_up(data, ends))
        empty = _zeros(data, start) // self._form.record_header
        if empty:
            behind = start + empty * self._form.record_header
            return replace(self._records(data, none, behind), skipped=Counter({EMPTY: empty}))
        offsets, behind = self._chain(data, start, limit)
        records = self._records(data, offsets, behind)
        corrupt = records.offset[records.captured > MAXIMUM_CAPTURED]
        if len(corrupt):
            behind = int(corrupt[0]) - self._form.record_header
            records = self._records(data, offsets[offsets < behind], behind)
        if len(records):
            self._usual_second = int(np.median(records.time_ns[-_RECENT:])) // NANOSECONDS
        if not len(corrupt) and (not ends or behind == len(data) or len(offsets) == limit):
            return records
        if not len(corrupt) and self._begins_record(data, behind):
            skipped = records.skipped + Counter({CUT_OFF: 1})
            return replace(records, consumed=len(data), skipped=skipped)
        return self._lose(records)

    def _chain(
        self, data: NDArray[np.uint8], start: int, limit: int
    ) -> tuple[NDArray[np.int64], int]:
        """Follow the record lengths; return where records start and where the last one ends.

        A record that is not wholly in ``data`` is left out, unless its length is absurd.
        """
        form = self._form
        layout = Layout(form.order, form.record_header, form.captured_at, form.record_header)
        end = min(len(data), start + min(int(limit * self._usual_size), self._ahead))
        offsets, position = follow(data, start, limit, layout, self._guess(data, start, end))
        if len(offsets):
            self._usual_size = (position - start) / len(offsets)
        self._ahead = min(2 * self._ahead, _MOST_AHEAD)
        if position <= len(data):
            return offsets, position
        behind = int(offsets[-1])
        if position - behind - form.record_header <= MAXIMUM_CAPTURED:
            return offsets[:-1], behind
        return offsets, behind

    def _guess(self, data: NDArray[np.uint8], start: int, end: int) -> NDArray[np.int64]:
        """Return places before ``end`` that look like the begin of a record, one a stretch."""
        begins, look = lookouts(start, end, self._usual_size)
        if not len(begins):
            return begins
        places = self._look(data, start, begins, look)[: _TRIES * len(begins)]
        headers = self._headers(data, places)
        following = places + self._form.record_header + headers.captured
        sound = self._plausible(headers) & (following + self._form.record_header <= len(data))
        places, following = places[sound], following[sound]
        places = places[self._plausible(self._headers(data, following))]
        return np.append(start, first_in_each(begins, places))

    def _look(
        self, data: NDArray[np.uint8], start: int, begins: NDArray[np.int64], look: int
    ) -> NDArray[np.int64]:
        """Return where upper halves are as in a record header with a time near that at ``start``.

        Those of the lengths, 8 and 12 bytes on, are nearly 0.
        """
        order, at = self._form.order, 2 if self._form.order == "<" else 0
        second = int(gather(data, np.array([start + at]), 2).view(order + "u2")[0, 0])
        earliest, highest = np.uint16((second - _APART) % (1 << 16)), MAXIMUM_CAPTURED >> 16
        columns = look // 2 - 6
        places = []
        for odd in (0, 1):
            halves = gather(data, begins + at + odd, look).view(order + "u2")
            alike = halves[:, :columns] - earliest < 2 * _APART
            alike &= (halves[:, 4 : columns + 4] | halves[:, 6 : columns + 6]) <= highest
            row, column = np.divmod(np.flatnonzero(alike), columns)
            places.append(begins[row] + 2 * column + odd)
        return np.sort(np.concatenate(places))

    def _begins_record(self, data: NDArray[np.uint8], position: int) -> bool:
        """Tell whether what is left at the end of the file looks like the begin of a record."""
        if position + self._form.record_header > len(data):
            return True
        return bool(self._plausible(self._headers(data, np.array([position])))[0])

    def _lose(self, records: Records) -> Records:
        """Return the records before a corrupt one, which begins where they end; it is given up."""
        self._searching = True
        self._corrupt += 1
        self._ahead = _FEW_AHEAD
        skipped = records.skipped + Counter({CORRUPT: 1})
        if self._corrupt < MOST_CORRUPT:
            return replace(records, consumed=records.consumed + 1, skipped=skipped)
        skipped[GIVEN_UP] = 1
        return replace(records, consumed=len(records.data), skipped=skipped)

    def _headers(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> _Headers:
        words = gather(data, offsets, 16).view(self._form.order + "u4")
        at = self._form.captured_at // 4
        return _Headers(words[:, 0], words[:, 1], words[:, at], words[:, 5 - at])

    def _records(
        self,
        data: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        consumed: int,
    ) -> Records:
        """Return the records at these places but those of which the header is zeros.

        A file that was not written to its end is filled with them; they are no frames of 1970.
        """
        form, headers = self._form, self._headers(data, offsets)
        empty = headers.are_zeros()
        if empty.any():
            records = self._records(data, offsets[~empty], consumed)
            return replace(records, skipped=Counter({EMPTY: int(empty.sum())}))
        fraction = headers.fraction.astype(np.int64) * form.tick_ns
        return Records(
            data=data,
            offset=offsets + form.record_header,
            captured=headers.captured.astype(np.int64),
            length=headers.length.astype(np.int64),
            time_ns=headers.seconds.astype(np.int64) * NANOSECONDS + fraction,
            link_type=np.full(len(offsets), form.link_type, np.int64),
            consumed=consumed,
        )

    def _resume(self, data: NDArray[np.uint8], ends: bool) -> int | None:
        """Return where records go on behind a corrupt one, None if not in the bytes searched.

        A place counts if two sound record headers follow each other there, or one up to the end.
        """
        part = data[: _SEARCH + MAXIMUM_CAPTURED]
        size = self._form.record_header
        begin, behind = 0, max(min(len(part) - size + 1, _SEARCH), 0)
        while begin < behind:
            until = min(behind, 2 * begin + _FIRST_SEARCH)
            places = np.arange(begin, until, dtype=np.int64)
            headers = self._headers(part, places)
            sound = self._plausible(headers)
            places, following = places[sound], (places + size + headers.captured)[sound]
            good = ends & (following == len(data))
            inside = following + size <= len(part)
            good[inside] = self._plausible(self._headers(part, following[inside]))
            if good.any():
                self._searching = False
                return int(places[good][0])
            begin = until
        return None

    def _plausible(self, headers: _Headers) -> NDArray[np.bool_]:
        """Tell which look like a record header, judged by the time of records before."""
        captured, length = headers.captured, headers.length
        sound = (captured > 0) & (captured <= length) & (length <= MAXIMUM_CAPTURED)
        sound &= headers.fraction < NANOSECONDS // self._form.tick_ns
        if self._usual_second is None:
            return sound
        distance = np.abs(headers.seconds.astype(np.int64) - self._usual_second)
        return np.asarray(sound & (distance < _NEAR), np.bool_)


class _Headers(NamedTuple):
    """The fields of record headers, one array entry a record."""

    seconds: NDArray[np.uint32]
    fraction: NDArray[np.uint32]
    captured: NDArray[np.uint32]
    length: NDArray[np.uint32]

    def are_zeros(self) -> NDArray[np.bool_]:
        """Tell which are nothing but zeros."""
        zeros: NDArray[np.bool_] = (self.captured | self.length | self.seconds | self.fraction) == 0
        return zeros


def _zeros(data: NDArray[np.uint8], start: int) -> int:
    """Return how many bytes from ``start`` on are zero."""
    for position in range(start, len(data), _FIRST_SEARCH):
        part = data[position : position + _FIRST_SEARCH]
        if part.any():
            return position - start + int(np.argmax(part != 0))
    return len(data) - start


def _given_up(data: NDArray[np.uint8], ends: bool) -> int:
    """Return how many bytes have been searched for a record in vain."""
    return len(data) if ends and len(data) <= _SEARCH else min(len(data), _SEARCH)
