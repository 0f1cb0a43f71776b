"""Handshakes that are captured whole and in order, of many connections at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.handshake import (
    CERTIFICATE,
    CLIENT_HELLO,
    SERVER_HELLO,
    SERVER_KEY_EXCHANGE,
)
from capture.builtin.tls.records_at_once import RECORD, STOP, Cuts, InOrder, Streams, cut, in_order
from capture.builtin.tls.session import ALERT, HANDSHAKE, Session

_Event = tuple[int, bool, int, bytes]

_READ: Final = (
    CLIENT_HELLO,
    SERVER_HELLO,
    CERTIFICATE,
    SERVER_KEY_EXCHANGE,
    RECORD + ALERT,
)


def read_handshakes(payload: InOrder) -> list[TlsConnection | None]:
    """Return for each connection what its session made of it, None where it is not finished.

    What is not finished has to be read another way, from the beginning: it goes on, is no TLS or
    needs more care.
    """
    if not len(payload.connection):
        return [None] * payload.connections
    streams = Streams(payload)
    cuts, packet = in_order(streams, cut(streams))
    numbers = np.arange(payload.connections + 1)
    bounds = np.searchsorted(payload.connection[packet], numbers).tolist()
    codes = cuts.code.tolist()
    events = list(
        zip(
            codes,
            (cuts.stream & 1).astype(np.bool_).tolist(),
            payload.time_ns[packet].tolist(),
            _contents(payload, streams, cuts),
            strict=True,
        )
    )
    return [_read(events[begin:end]) for begin, end in pairwise(bounds)]


def _contents(payload: InOrder, streams: Streams, cuts: Cuts) -> Iterator[bytes]:
    """Yield the contents of those cuts whose contents matter, nothing for the others."""
    data = payload.data.data
    wanted = np.isin(cuts.code, _READ).tolist()
    offsets = streams.offsets(cuts.start, cuts.end).tolist()
    places = zip(wanted, offsets, cuts.start.tolist(), cuts.end.tolist(), strict=True)
    for is_wanted, offset, start, end in places:
        if not is_wanted:
            yield b""
        elif offset < 0:
            yield streams.octets(start, end)
        else:
            yield data[offset : offset + end - start].tobytes()


def _read(events: Iterable[_Event]) -> TlsConnection | None:
    session = Session(confirmable=True)
    for code, from_originator, time_ns, contents in events:
        session.time_ns = time_ns
        if code < RECORD:
            session.handshake_message(from_originator, code, contents)
        elif code == STOP or not _read_record(session, from_originator, code - RECORD, contents):
            return None
        if session.finished:
            return session.connection
    return None


def _read_record(
    session: Session, from_originator: bool, content_type: int, contents: bytes
) -> bool:
    """Note a record; return whether that could be done without its contents."""
    if session.is_encrypted(from_originator, content_type):
        session.encrypted_record()
    elif content_type == HANDSHAKE:
        return False
    else:
        session.plaintext_record(from_originator, content_type, contents)
    return True
