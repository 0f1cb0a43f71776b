"""Handshakes that are captured whole and in order, of many connections at once."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.parsed_once import ParsedOnce, Remembered
from capture.builtin.segment import InOrder
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.course import FROM_ORIGINATOR, HELLOS, Detail, courses, details
from capture.builtin.tls.hello import MalformedMessageError, server_names
from capture.builtin.tls.hellos_at_once import hello_pairs
from capture.builtin.tls.records_at_once import Cuts, Streams, cut, in_order
from capture.builtin.tls.session import Session

_CODE_BYTES: Final = 2
_Alike = tuple[bytes | int, ...]  # what is equal of handshakes of which sessions make the same

# What became of handshakes, but for the server's name. A client comes back to the same servers.
_UNDERSTOOD: Final[Remembered[_Alike, TlsConnection | None]] = Remembered(limit=8 << 20)
_NEW: Final = TlsConnection(0)


def _first_name(content: bytes) -> str | None:
    return next(iter(server_names(content)), None)


_FIRST_NAMES: Final = ParsedOnce(_first_name, limit=1 << 20)


class Handshakes(NamedTuple):
    """Handshakes that were understood, one entry each, in the order of the connections.

    ``chain_times`` are those of the server's chains, and then of the client's, in nanoseconds.
    Several may share what was ``found``: its times are numbers of messages, and its name of the
    server may be another one.
    """

    connection: list[int]
    time_ns: list[int]
    server_name: list[str | None]
    chain_times: list[tuple[int, ...]]
    found: list[TlsConnection]


def read_handshakes(payload: InOrder) -> Handshakes:
    """Return what the sessions of connections made of them, as far as they are finished.

    What is not finished has to be read another way, from the beginning: it goes on, is no TLS or
    needs more care.
    """
    handshakes = Handshakes([], [], [], [], [])
    if len(payload.connection):
        streams = Streams(payload)
        messages = _Messages(payload, streams, *in_order(streams, cut(streams)))
        for at in range(len(messages.connection)):
            messages.read(at, handshakes)
    return handshakes


class _Messages:
    """The cuts of connections that begin with hellos, ready to be looked at singly."""

    def __init__(
        self, payload: InOrder, streams: Streams, cuts: Cuts, packet: NDArray[np.int64]
    ) -> None:
        codes = (cuts.code + (cuts.stream & 1) * FROM_ORIGINATOR).astype(np.uint16)
        bounds = np.searchsorted(payload.connection[packet], np.arange(payload.connections + 1))
        connection = _begin_with_hellos(codes, bounds)
        first = bounds[connection]
        contents = streams.contents(cuts.start, cuts.end)
        whole = contents.whole[first] & contents.whole[first + 1]
        client, server = (
            (np.where(whole, contents.begins[at], 0), np.where(whole, contents.ends[at], 0))
            for at in (first, first + 1)
        )
        self.connection = connection.tolist()
        self._first, self._end = first.tolist(), bounds[connection + 1].tolist()
        self._orders = codes.tobytes()
        self._time_ns = payload.time_ns[packet].data
        self._contents = contents
        self._data = payload.data.data
        self._hellos = hello_pairs(payload.data, client, server)

    def read(self, at: int, handshakes: Handshakes) -> None:
        """Add the handshake at an index of ``connection`` if it ends as is usual."""
        begin = self._first[at]
        order = self._orders[begin * _CODE_BYTES : self._end[at] * _CODE_BYTES]
        deciding = details(order)
        if deciding is None:
            return
        found = self._found(at, begin, order, deciding)
        if found is None:
            return
        handshakes.connection.append(self.connection[at])
        handshakes.time_ns.append(self._time_ns[begin])
        handshakes.server_name.append(self._server_name(at, found))
        handshakes.chain_times.append(
            tuple([self._time_ns[begin + c.time_ns] for c in found.chains])
        )
        handshakes.found.append(found)

    def _found(
        self, at: int, begin: int, order: bytes, deciding: tuple[Detail, ...]
    ) -> TlsConnection | None:
        hellos = self._hellos
        if not hellos.plain[at]:
            return self._understood(begin, order)
        first, second, third = hellos.bounds[2 * at : 2 * at + 3]
        said = [self._contents[begin + ordinal][:size] for ordinal, size in deciding]
        client, server = hellos.octets[first:second], hellos.octets[second:third]
        alike: _Alike = (order, hellos.flags[at], client, server, *said)
        found = _UNDERSTOOD.get(alike, _NEW)
        if found is _NEW:
            found = self._understood(begin, order)
            _UNDERSTOOD.keep(alike, found, third - first + sum(map(len, said)))
        return found

    def _understood(self, begin: int, order: bytes) -> TlsConnection | None:
        """Return what a session makes of the messages if they end a handshake as is usual."""
        as_of_1_3, before_1_3 = courses(order)
        session = Session(confirmable=True)
        try:
            session.read_client_hello(True, self._contents[begin])
            session.read_server_hello(False, self._contents[begin + 1])
            course = before_1_3 if session.negotiation.is_before_tls_1_3 else as_of_1_3
            if course is None or not session.answered:
                return None
            for read, from_originator, ordinal in course.steps:
                session.time_ns = ordinal
                read(session, from_originator, self._contents[begin + ordinal])
        except MalformedMessageError:
            return None
        if session.finished or session.connection is None:
            return None
        session.connection.history = course.history
        session.connection.established = True
        return session.connection

    def _server_name(self, at: int, found: TlsConnection) -> str | None:
        hellos = self._hellos
        if not hellos.plain[at]:
            return found.server_name
        return _FIRST_NAMES[self._data[hellos.name_begin[at] : hellos.name_end[at]].tobytes()]


def _begin_with_hellos(codes: NDArray[np.uint16], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which connections begin with a client hello and the answer to it."""
    long_enough = np.flatnonzero(bounds[1:] - bounds[:-1] >= len(HELLOS))
    first = bounds[long_enough]
    client, server = HELLOS
    begins: NDArray[np.int64] = long_enough[(codes[first] == client) & (codes[first + 1] == server)]
    return begins
