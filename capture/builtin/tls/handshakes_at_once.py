"""Handshakes that are captured whole and in order, of many connections at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.segment import InOrder
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.course import FROM_ORIGINATOR, courses
from capture.builtin.tls.hello import MalformedMessageError
from capture.builtin.tls.records_at_once import Cuts, Streams, cut, in_order
from capture.builtin.tls.session import Session

_CODE_BYTES: Final = 2


def read_handshakes(payload: InOrder) -> list[TlsConnection | None]:
    """Return for each connection what its session made of it, None where it is not finished.

    What is not finished has to be read another way, from the beginning: it goes on, is no TLS or
    needs more care.
    """
    if not len(payload.connection):
        return [None] * payload.connections
    streams = Streams(payload)
    cuts, packet = in_order(streams, cut(streams))
    messages = _Messages(payload, streams, cuts, packet)
    numbers = np.arange(payload.connections + 1)
    bounds = np.searchsorted(payload.connection[packet], numbers).tolist()
    return [messages.read(begin, end) for begin, end in pairwise(bounds)]


class _Messages:
    """The cuts of all connections, ready to be looked at singly."""

    def __init__(
        self, payload: InOrder, streams: Streams, cuts: Cuts, packet: NDArray[np.int64]
    ) -> None:
        codes = cuts.code + (cuts.stream & 1) * FROM_ORIGINATOR
        self._orders = codes.astype(np.uint16).tobytes()
        self._time_ns = payload.time_ns[packet].data
        self._contents = streams.contents(cuts.start, cuts.end)

    def read(self, begin: int, end: int) -> TlsConnection | None:
        """Return what the messages of a connection say if they end a handshake as is usual."""
        as_of_1_3, before_1_3 = courses(self._orders[begin * _CODE_BYTES : end * _CODE_BYTES])
        if as_of_1_3 is None and before_1_3 is None:
            return None
        session = Session(confirmable=True)
        session.time_ns = self._time_ns[begin]
        try:
            session.read_client_hello(True, self._contents[begin])
            session.read_server_hello(False, self._contents[begin + 1])
            course = before_1_3 if session.negotiation.is_before_tls_1_3 else as_of_1_3
            if course is None or not session.answered:
                return None
            for read, from_originator, ordinal in course.steps:
                session.time_ns = self._time_ns[begin + ordinal]
                read(session, from_originator, self._contents[begin + ordinal])
        except MalformedMessageError:
            return None
        if session.finished or session.connection is None:
            return None
        session.connection.history = course.history
        session.connection.established = True
        return session.connection
