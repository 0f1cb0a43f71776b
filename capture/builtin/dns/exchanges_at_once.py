"""Plain exchanges over UDP, of many connections at once: each query is followed by its response."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.dns.message import HEADER_BYTES, MOST_QUESTIONS
from capture.builtin.segment import InOrder

_BYTES_LOOKED_AT: Final = 6  # number, flags, count of questions
_KIND_BITS: Final = 0xF8  # of the third byte: response or query, and the operation
_QUERY: Final = 0x00
_RESPONSE: Final = 0x80


class Exchanges(NamedTuple):
    """Queries and their responses, one entry each; those of a connection stand together.

    ``connection`` are indices, ``number`` the transaction ids, times in nanoseconds. Messages are
    without their number.
    """

    connection: list[int]
    number: list[int]
    asked_ns: list[int]
    answered_ns: list[int]
    query: list[bytes]
    response: list[bytes]


def plain_exchanges(payload: InOrder) -> tuple[NDArray[np.bool_], Exchanges]:
    """Return which connections consist of plain exchanges, and the exchanges of these.

    What they consist of is what the payload holds, a message a packet.
    """
    header = _headers(payload)
    plain = _are_plain(payload, header)
    at = np.flatnonzero(plain[payload.connection])
    query, response = at[0::2], at[1::2]
    data = payload.data.data
    bounds = zip((payload.begin[at] + 2).tolist(), payload.end[at].tolist(), strict=True)
    contents = [data[begin:end].tobytes() for begin, end in bounds]
    return plain, Exchanges(
        payload.connection[query].tolist(),
        _number(header[query], 0).tolist(),
        payload.time_ns[query].tolist(),
        payload.time_ns[response].tolist(),
        contents[0::2],
        contents[1::2],
    )


def _headers(payload: InOrder) -> NDArray[np.uint8]:
    """Return the first bytes of each message; they mean nothing where it is shorter."""
    places = payload.begin[:, None] + np.arange(_BYTES_LOOKED_AT)
    return payload.data.take(places, mode="clip")


def _number(header: NDArray[np.uint8], at: int) -> NDArray[np.int64]:
    return header[:, at].astype(np.int64) << 8 | header[:, at + 1]


def _are_plain(payload: InOrder, header: NDArray[np.uint8]) -> NDArray[np.bool_]:
    connection = payload.connection
    packets = np.bincount(connection, minlength=payload.connections)
    first = np.cumsum(packets) - packets
    is_query = (np.arange(len(connection)) - first[connection]) % 2 == 0
    number = _number(header, 0)
    fits = payload.end - payload.begin >= HEADER_BYTES
    fits &= payload.from_originator == is_query
    fits &= header[:, 2] & _KIND_BITS == np.where(is_query, _QUERY, _RESPONSE)
    fits &= _number(header, 4) <= MOST_QUESTIONS
    fits[1:] &= is_query[1:] | (number[1:] == number[:-1])
    unfit = np.bincount(connection[~fits], minlength=payload.connections)
    plain: NDArray[np.bool_] = (unfit == 0) & (packets > 0) & (packets % 2 == 0)
    return plain
