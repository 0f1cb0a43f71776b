"""One connection's bytes, from the first payload on, until its TLS handshake is understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.datagram_layer import DatagramLayer
from capture.builtin.tls.openings import ANY_RECORD, OVER_TCP, Opening, Reader
from capture.builtin.tls.record_layer import RecordLayer
from capture.builtin.tls.upgrade.recogniser import Recogniser

_LAYERS: Final = (RecordLayer, DatagramLayer)
_OPENINGS: Final = (*OVER_TCP, ANY_RECORD)
_LONGEST_OPENING: Final = max(len(opening.octets) for opening in _OPENINGS)
_BY_FIRST_BYTE: Final = [
    tuple(opening for opening in _OPENINGS if octet in opening.octets[0]) for octet in range(256)
]


class TlsStream:
    """Reads one connection: feed it segments, stop when ``finished``, ask for the result.

    Over TCP the first bytes decide whether the connection is TLS or another protocol that may
    switch to TLS. As in Zeek, a hole in either direction ends the reading; what was seen stays.
    ``datagrams`` is for UDP, where each segment is one datagram.
    """

    __slots__ = ("_reader", "_unwrap", "_waiting", "finished")

    def __init__(self, datagrams: bool = False) -> None:
        self.finished = False
        self._reader: Reader | None = DatagramLayer() if datagrams else None
        self._waiting: list[Segment] = []
        self._unwrap: Callable[[bool, bytes], bytes] | None = None

    def feed(self, segment: Segment) -> None:
        """Read the next segment; nothing happens once ``finished``."""
        if self.finished:
            return
        if segment.missing:
            self.finished = True
            return
        if self._reader is None:
            self._begin(segment)
        else:
            self._read(self._reader, segment)

    def result(self) -> TlsConnection | None:
        """Return what was seen, None when it was not TLS."""
        if isinstance(self._reader, _LAYERS):
            return self._reader.session.connection
        return None

    def _begin(self, segment: Segment) -> None:
        """Wait for enough of the first side's bytes, then choose who reads the connection."""
        if not segment.data:
            return
        self._waiting.append(segment)
        first_side, first_bytes = self._first_bytes()
        for opening in _BY_FIRST_BYTE[first_bytes[0]]:
            if opening.fits(first_side, first_bytes):
                if len(first_bytes) >= len(opening.octets):
                    self._start(opening)
                elif len(self._waiting) > _LONGEST_OPENING:
                    self.finished = True
                return
        self.finished = True

    def _first_bytes(self) -> tuple[bool, bytes]:
        """Return the side that spoke first and what there is of its first bytes."""
        first = self._waiting[0]
        if len(self._waiting) == 1:
            return first.from_originator, first.data[:_LONGEST_OPENING]
        parts = [
            segment.data[:_LONGEST_OPENING]
            for segment in self._waiting
            if segment.from_originator == first.from_originator
        ]
        return first.from_originator, b"".join(parts)

    def _start(self, opening: Opening) -> None:
        waiting, self._waiting = self._waiting, []
        self._reader = opening.reader()
        for segment in waiting:
            if not self.finished:
                self._read(self._reader, segment)

    def _read(self, reader: Reader, segment: Segment) -> None:
        if isinstance(reader, _LAYERS):
            data = segment.data
            if self._unwrap is not None:
                data = self._unwrap(segment.from_originator, data)
            reader.feed(segment.time_ns, segment.from_originator, data)
            self.finished = reader.session.finished
            return
        reader.feed(segment.from_originator, segment.data)
        self.finished = reader.finished
        if reader.switched:
            self.finished = self._switch(reader, segment.time_ns).session.finished

    def _switch(self, recogniser: Recogniser, time_ns: int) -> RecordLayer:
        """Read the rest of the connection as TLS, beginning with what is there of it already."""
        records = self._reader = RecordLayer()
        self._unwrap = recogniser.unwrap
        for from_originator, held in ((True, recogniser.client), (False, recogniser.server)):
            if held and not records.session.finished:
                self._read(records, Segment(time_ns, from_originator, bytes(held)))
        return records
