"""Plain exchanges over UDP, of many connections at once: each query is followed by its response."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.dns.message import HEADER_BYTES, MOST_QUESTIONS
from capture.builtin.segment import InOrder

_BYTES_LOOKED_AT: Final = 6  # number, flags, count of questions
_NUMBER_BITS: Final = 16
_MOST_PACKETS: Final = 64  # of one connection; fewer queries than Zeek lets wait
_KIND_BITS: Final = 0xF8  # of the third byte: response or query, and the operation
_QUERY: Final = 0x00
_RESPONSE: Final = 0x80


class Exchanges(NamedTuple):
    """Queries and their responses, one entry each.

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

    What they consist of is what the payload holds, a message a packet. Exchanges are in the order
    of their responses.
    """
    header = _headers(payload)
    number = _number(header, 0)
    order = np.argsort(payload.connection << _NUMBER_BITS | number, kind="stable")
    plain = _are_plain(payload, header, order)
    paired = order[plain[payload.connection[order]]].reshape(-1, 2)
    query, response = paired[np.argsort(paired[:, 1])].T
    return plain, Exchanges(
        payload.connection[query].tolist(),
        number[query].tolist(),
        payload.time_ns[query].tolist(),
        payload.time_ns[response].tolist(),
        _contents(payload, query),
        _contents(payload, response),
    )


def _headers(payload: InOrder) -> NDArray[np.uint8]:
    """Return the first bytes of each message; they mean nothing where it is shorter."""
    places = payload.begin[:, None] + np.arange(_BYTES_LOOKED_AT)
    return payload.data.take(places, mode="clip")


def _number(header: NDArray[np.uint8], at: int) -> NDArray[np.int64]:
    return header[:, at].astype(np.int64) << 8 | header[:, at + 1]


def _are_plain(
    payload: InOrder, header: NDArray[np.uint8], order: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return in which connections queries and responses alternate, in order of their numbers."""
    connection, header = payload.connection[order], header[order]
    packets = np.bincount(connection, minlength=payload.connections)
    first = np.cumsum(packets) - packets
    is_query = (np.arange(len(connection)) - first[connection]) % 2 == 0
    number = _number(header, 0)
    fits = (payload.end - payload.begin)[order] >= HEADER_BYTES
    fits &= payload.from_originator[order] == is_query
    fits &= header[:, 2] & _KIND_BITS == np.where(is_query, _QUERY, _RESPONSE)
    fits &= _number(header, 4) <= MOST_QUESTIONS
    fits[1:] &= is_query[1:] | (number[1:] == number[:-1])
    unfit = np.bincount(connection[~fits], minlength=payload.connections)
    plain: NDArray[np.bool_] = (unfit == 0) & (packets % 2 == 0)
    plain &= (packets > 0) & (packets <= _MOST_PACKETS)
    return plain


def _contents(payload: InOrder, at: NDArray[np.int64]) -> list[bytes]:
    data = payload.data.data
    bounds = zip((payload.begin[at] + 2).tolist(), payload.end[at].tolist(), strict=True)
    return [data[begin:end].tobytes() for begin, end in bounds]
