"""One connection's bytes, from the first payload on, until its TLS handshake is understood."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.datagram_layer import DatagramLayer
from capture.builtin.tls.openings import ANY_RECORD, OVER_TCP, Reader
from capture.builtin.tls.record_layer import RecordLayer
from capture.builtin.tls.upgrade.recogniser import Recogniser, Wrapping

_LAYERS: Final = (RecordLayer, DatagramLayer)
_OPENINGS: Final = (*OVER_TCP, ANY_RECORD)
_LONGEST_OPENING: Final = max(len(opening.octets) for opening in _OPENINGS)
_BY_FIRST_BYTE: Final = [
    tuple(opening for opening in _OPENINGS if octet in opening.octets[0]) for octet in range(256)
]


class TlsStream:
    """Reads one connection: give it segments, stop when ``finished``, ask for the result.

    Over TCP the first bytes decide whether the connection is TLS or another protocol that may
    switch to TLS, and again the first bytes behind a proxy. As in Zeek, a hole in either direction
    ends the reading; what was seen stays. ``datagrams`` is for UDP, where each segment is one
    datagram.
    """

    __slots__ = ("_reader", "_waiting", "_wrapping", "finished")

    def __init__(self, datagrams: bool = False) -> None:
        self.finished = False
        self._reader: Reader | None = DatagramLayer() if datagrams else None
        self._waiting: list[Segment] = []
        self._wrapping: Wrapping | None = None

    @property
    def held(self) -> int:
        """About how many bytes of memory it takes to wait for more."""
        waiting = sum([len(segment.data) for segment in self._waiting])
        parts = (part.held for part in (self._reader, self._wrapping) if part is not None)
        return waiting + sum(parts)

    def read(self, segments: Iterator[Segment]) -> None:
        """Take segments until there are no more, or until ``finished``."""
        while not (self.finished or isinstance(self._reader, _LAYERS)):
            following = (
                self._choose_reader(segments)
                if self._reader is None
                else self._recognise(self._reader, segments)
            )
            if following is None:
                return
            segments = following
        if isinstance(self._reader, _LAYERS) and not self.finished:
            self._reader.read(self._unwrapped(segments))
            self.finished = self._reader.session.finished

    def result(self) -> TlsConnection | None:
        """Return what was seen, None when it was not TLS."""
        if isinstance(self._reader, _LAYERS):
            return self._reader.session.connection
        return None

    def _choose_reader(self, segments: Iterator[Segment]) -> Iterator[Segment] | None:
        """Return what the reader has to read, None before there is enough to choose one."""
        for segment in segments:
            self._begin(segment)
            if self._reader is not None:
                begun, self._waiting = self._waiting, []
                return chain(begun, segments)
            if self.finished:
                break
        return None

    def _begin(self, segment: Segment) -> None:
        """Wait for enough of the first side's bytes, then choose who reads the connection."""
        if segment.missing:
            self.finished = True
        if not segment.data or self.finished:
            return
        self._waiting.append(segment)
        first_side, first_bytes = self._first_bytes()
        for opening in _BY_FIRST_BYTE[first_bytes[0]]:
            if opening.fits(first_side, first_bytes):
                if len(first_bytes) >= len(opening.octets):
                    self._reader = opening.reader()
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

    def _recognise(
        self, recogniser: Recogniser, segments: Iterator[Segment]
    ) -> Iterator[Segment] | None:
        """Watch for the switch to TLS; return what there is of TLS then, and all that follows."""
        for segment in segments:
            if segment.missing:
                self.finished = True
            else:
                recogniser.feed(segment.from_originator, segment.data)
                self.finished = recogniser.finished and not recogniser.switched
            if recogniser.switched:
                return self._switched(recogniser, segment.time_ns, segments)
            if self.finished:
                break
        return None

    def _switched(
        self, recogniser: Recogniser, time_ns: int, segments: Iterator[Segment]
    ) -> Iterator[Segment]:
        self._reader = None if recogniser.opens_tunnel else RecordLayer()
        self._wrapping = recogniser.wrapping
        both = (True, bytes(recogniser.client)), (False, bytes(recogniser.server))
        begun = [Segment(time_ns, side, data) for side, data in both if data]
        return chain(begun, segments)

    def _unwrapped(self, segments: Iterator[Segment]) -> Iterator[Segment]:
        """Return the segments without what the protocol around TLS wraps its bytes in."""
        wrapping = self._wrapping
        if wrapping is None:
            return segments
        return (
            segment._replace(data=wrapping.decode(segment.from_originator, segment.data))
            for segment in segments
        )
