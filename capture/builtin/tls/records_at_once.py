"""The plain beginnings of many TLS streams, cut into messages by array operations, all at once.

Only what needs no thought is cut: records of TLS from the first byte on, and handshake messages
that begin and end within one record. Where anything else comes, a stop marks the place.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.segment import InOrder
from capture.builtin.tls.course import RECORD, STOP
from capture.builtin.tls.session import APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE

Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_RECORD_HEADER: Final = 5
_MESSAGE_HEADER: Final = 4
_LATEST_VERSION: Final = (3, 4)  # of records; 0304 for TLS 1.3, which sends 0303 or 0301
_MOST_RECORDS: Final = 12  # of one direction
_MOST_MESSAGES: Final = 8  # of one record
_PLACE_BITS: Final = 40


class Streams:
    """Both streams of each connection, laid out one behind the other without being copied.

    A *place* counts bytes of all streams; those of stream ``s`` are ``bounds[s]`` to
    ``bounds[s + 1]``. Stream ``2 * c`` is what the responder of connection ``c`` sent.
    """

    def __init__(self, payload: InOrder) -> None:
        stream = payload.connection * 2 + payload.from_originator
        self.packet = np.argsort(stream, kind="stable")
        sizes = (payload.end - payload.begin)[self.packet]
        self._ends = np.cumsum(sizes)
        self._starts = self._ends - sizes
        self._shift = payload.begin[self.packet] - self._starts
        self.data = payload.data
        self._single = self._ends.data, self._shift.data, self.data.data
        first = np.searchsorted(stream[self.packet], np.arange(payload.connections * 2 + 1))
        self.bounds = np.append(self._starts, self._ends[-1:])[first]

    def pieces(self, places: Indices) -> Indices:
        """Return the piece, a packet's payload, that each place lies in."""
        piece = np.searchsorted(self._ends, places, side="right")
        return np.minimum(piece, len(self._ends) - 1)

    def headers(self, places: Indices, size: int) -> tuple[NDArray[np.uint8], Booleans]:
        """Return ``size`` bytes from each place on, and whether they lie within one piece."""
        piece = self.pieces(places)
        whole = places + size <= self._ends[piece]
        offsets = np.where(whole, places + self._shift[piece], 0)
        return self.data[offsets[:, None] + np.arange(size)], whole

    def contents(self, starts: Indices, ends: Indices) -> Contents:
        """Return what lies from each of the starts to the end of the same index."""
        piece = self.pieces(starts)
        whole = ends <= self._ends[piece]
        shift = self._shift[piece]
        spans = np.where(whole, starts + shift, starts), np.where(whole, ends + shift, ends)
        return Contents(self, piece, whole, *spans)

    def octets(self, piece: int, start: int, end: int) -> bytes:
        """Return the bytes between two places of one stream; the first lies in that piece."""
        ends, shifts, data = self._single
        found = []
        while start < end:
            until = min(ends[piece], end)
            found.append(data[start + shifts[piece] : until + shifts[piece]])
            start = until
            piece += 1
        return b"".join(found)


class Contents:
    """Bytes of streams: at an index what lies between two places there.

    Those in one piece, ``whole``, lie from ``begins`` to ``ends`` of the data.
    """

    def __init__(
        self, streams: Streams, piece: Indices, whole: Booleans, begins: Indices, ends: Indices
    ) -> None:
        self._octets = streams.octets
        self._data = streams.data.data
        self.whole, self.begins, self.ends = whole, begins, ends
        # Memory views, since single elements of arrays are slow to come by.
        self._piece, self._whole = piece.data, whole.data
        self._begins, self._ends = begins.data, ends.data

    def __getitem__(self, at: int) -> bytes:
        """Return the bytes at an index."""
        if self._whole[at]:
            return self._data[self._begins[at] : self._ends[at]].tobytes()
        return self._octets(self._piece[at], self._begins[at], self._ends[at])


class Cuts(NamedTuple):
    """What was cut from streams, one entry a message, a record without messages, or a stop.

    ``code`` is the kind of a handshake message, ``RECORD`` and a content type or ``STOP``. The
    contents are at the places ``start`` to ``end``, and known once the byte before ``complete`` is.
    """

    code: Indices
    stream: Indices
    start: Indices
    end: Indices
    complete: Indices

    def take(self, where: Indices | Booleans) -> Cuts:
        """Return the cuts at these indices."""
        return Cuts(*[column[where] for column in self])


def _join(parts: list[Cuts]) -> Cuts:
    return Cuts(*map(np.concatenate, zip(*parts, strict=True)))


def _stops(stream: Indices, place: Indices, complete: Indices) -> Cuts:
    # Behind what ends at the place, be that an empty message.
    return Cuts(np.full_like(stream, STOP), stream, place + 1, place + 1, complete)


def cut(streams: Streams) -> Cuts:
    """Return what the streams hold, each up to its first stop.

    Application data that follows other ciphertext of its stream changes nothing and is left out.
    """
    records, handshakes = _cut_records(streams)
    return _join([records, _cut_messages(streams, handshakes)])


def _cut_records(streams: Streams) -> tuple[Cuts, Cuts]:
    """Return records and stops; apart from them the records of handshake messages in clear."""
    place = streams.bounds[:-1].copy()
    in_clear = np.ones(len(place), dtype=np.bool_)
    in_ciphertext = np.zeros(len(place), dtype=np.bool_)
    stream = np.arange(len(place))
    records, handshakes = [], []
    for _ in range(_MOST_RECORDS):
        record, stops = _next_records(streams, stream, place[stream])
        stream, kind = record.stream, record.code - RECORD
        place[stream] = record.end
        in_clear[stream] &= (kind != CHANGE_CIPHER_SPEC) & (kind != APPLICATION_DATA)
        holds_messages = (kind == HANDSHAKE) & in_clear[stream]
        ciphertext = (kind == APPLICATION_DATA) | ((kind == HANDSHAKE) & ~in_clear[stream])
        repeats = (kind == APPLICATION_DATA) & in_ciphertext[stream]
        in_ciphertext[stream] = ciphertext
        handshakes.append(record.take(holds_messages))
        records += [record.take(~holds_messages & ~repeats), stops]
    stream = stream[place[stream] < streams.bounds[stream + 1]]
    records.append(_stops(stream, place[stream], place[stream] + 1))
    return _join(records), _join(handshakes)


def _next_records(streams: Streams, stream: Indices, place: Indices) -> tuple[Cuts, Cuts]:
    """Return the whole records that begin at places of streams, and stops where none can begin."""
    begun = place + _RECORD_HEADER <= streams.bounds[stream + 1]
    stream, place = stream[begun], place[begun]
    header, in_one_piece = streams.headers(place, _RECORD_HEADER)
    size = header[:, 3].astype(np.int64) << 8 | header[:, 4]
    plausible = in_one_piece & _plausible(header) & (size > 0)
    start = place + _RECORD_HEADER
    end = start + size
    kind = header[:, 0].astype(np.int64)
    records = Cuts(kind + RECORD, stream, start, end, end)
    whole = plausible & (end <= streams.bounds[stream + 1])
    return records.take(whole), _stops(stream[~plausible], place[~plausible], place[~plausible] + 1)


def _plausible(header: NDArray[np.uint8]) -> Booleans:
    known = (header[:, 0] >= CHANGE_CIPHER_SPEC) & (header[:, 0] <= APPLICATION_DATA)
    major, minor = _LATEST_VERSION
    plausible: Booleans = known & (header[:, 1] == major) & (header[:, 2] <= minor)
    return plausible


def _cut_messages(streams: Streams, records: Cuts) -> Cuts:
    """Return the handshake messages of records."""
    _, stream, place, end, complete = records
    found = []
    for _ in range(_MOST_MESSAGES):
        header, in_one_piece = streams.headers(place, _MESSAGE_HEADER)
        kind, *size = header.astype(np.int64).T
        start = place + _MESSAGE_HEADER
        message_end = start + (size[0] << 16 | size[1] << 8 | size[2])
        fits = in_one_piece & (message_end <= end)
        found.append(_stops(stream[~fits], place[~fits], complete[~fits]))
        found.append(Cuts(kind, stream, start, message_end, complete).take(fits))
        left = fits & (message_end < end)
        stream, place, end, complete = stream[left], message_end[left], end[left], complete[left]
    found.append(_stops(stream, place, complete))
    return _join(found)


def in_order(streams: Streams, cuts: Cuts) -> tuple[Cuts, Indices]:
    """Return the cuts in the order in which they became known, and by which packet each did."""
    packet = streams.packet[streams.pieces(cuts.complete - 1)]
    order = np.argsort((packet << _PLACE_BITS) + cuts.start)
    return cuts.take(order), packet[order]
