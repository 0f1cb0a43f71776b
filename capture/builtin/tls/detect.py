"""Which flows may carry TLS, from the first bytes of each direction; vectorised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.tls.openings import (
    ANY_DATAGRAM_RECORD,
    ANY_RECORD,
    DTLS_PORT,
    HELLO_RECORD,
    OVER_TCP,
    OVER_UDP,
    TLS_PORTS,
    Opening,
)

_TCP: Final = 6
_UDP: Final = 17

# A bit for each opening: sets of openings are numbers.
_OPENINGS: Final = (*OVER_TCP, ANY_RECORD, *OVER_UDP, ANY_DATAGRAM_RECORD)


def _set_of(openings: Iterable[Opening]) -> np.uint64:
    return np.uint64(sum(1 << _OPENINGS.index(opening) for opening in openings))


_NONE: Final = np.uint64(0)
_ALL: Final = ~_NONE
_OVER_TCP: Final = _set_of(OVER_TCP)
_ON_TLS_PORT: Final = _set_of((ANY_RECORD,))
_OVER_UDP: Final = _set_of(OVER_UDP)
_ON_DTLS_PORT: Final = _set_of((ANY_DATAGRAM_RECORD,))
_FROM_ORIGINATOR: Final = _set_of(o for o in _OPENINGS if o.from_originator in (None, True))
_FROM_RESPONDER: Final = _set_of(o for o in _OPENINGS if o.from_originator in (None, False))


def _allowing() -> NDArray[np.uint64]:
    """Return by position and octet the openings that allow the octet there, or end before."""
    longest = max(len(opening.octets) for opening in _OPENINGS)
    sets = np.zeros((longest, 256), dtype=np.uint64)
    for opening in _OPENINGS:
        own = _set_of((opening,))
        for position, allowed in enumerate(opening.octets):
            sets[position, list(allowed)] |= own
        sets[len(opening.octets) :] |= own
    return sets


_ALLOWING: Final = _allowing()


def may_carry_tls(
    first_bytes: NDArray[np.uint8],
    captured: NDArray[np.integer],
    responder_port: NDArray[np.integer],
    from_originator: NDArray[np.bool_],
    protocol: NDArray[np.uint8],
) -> NDArray[np.bool_]:
    """Return for each first payload whether its flow may be TLS, DTLS or a protocol that switches.

    ``first_bytes`` has shape (n, 16), zero padded; ``captured`` says how many of them are there: a
    shorter payload is judged by what it has, an empty one is nothing. The other arrays have shape
    (n,); ``protocol`` is the IP protocol number.
    """
    tcp = protocol == _TCP
    on_tls_port = tcp & np.isin(responder_port, TLS_PORTS)
    possible = np.where(tcp, _OVER_TCP, _NONE) | np.where(on_tls_port, _ON_TLS_PORT, _NONE)
    udp = protocol == _UDP
    on_dtls_port = udp & (responder_port == DTLS_PORT)
    possible |= np.where(udp, _OVER_UDP, _NONE) | np.where(on_dtls_port, _ON_DTLS_PORT, _NONE)
    possible &= np.where(from_originator, _FROM_ORIGINATOR, _FROM_RESPONDER)
    rows = np.flatnonzero(captured > 0)
    possible = possible[rows]
    for position, table in enumerate(_ALLOWING):
        left = np.flatnonzero(possible)
        rows, possible = rows[left], possible[left]
        there = captured[rows] > position
        possible &= np.where(there, table[first_bytes[rows, position]], _ALL)
    found = np.zeros(len(first_bytes), dtype=np.bool_)
    found[rows] = possible != _NONE
    return found


def begins_with_hello(
    data: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which payloads, ``data[begin:end]``, begin like a hello of TLS over TCP."""
    hello = _set_of((HELLO_RECORD,))
    fits = end - begin >= len(HELLO_RECORD.octets)
    for position in range(len(HELLO_RECORD.octets)):
        octets = data[np.where(fits, begin + position, 0)]
        fits &= (_ALLOWING[position, octets] & hello) != _NONE
    return fits
