"""Which flows may carry TLS, from the first bytes of each direction; vectorised."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.tls.openings import (
    ANY_RECORD,
    HELLO_RECORD,
    OVER_TCP,
    OVER_UDP,
    TLS_PORTS,
    Opening,
)

_TCP: Final = 6
_UDP: Final = 17


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
    found = _fits_any(first_bytes, captured, from_originator, tcp, OVER_TCP)
    on_tls_port = tcp & np.isin(responder_port, TLS_PORTS)
    found |= _fits_any(first_bytes, captured, from_originator, on_tls_port, (ANY_RECORD,))
    found |= _fits_any(first_bytes, captured, from_originator, protocol == _UDP, OVER_UDP)
    return found


def begins_with_hello(
    data: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which payloads, ``data[begin:end]``, begin like a hello of TLS over TCP."""
    fits = end - begin >= len(HELLO_RECORD.octets)
    for position, allowed in enumerate(HELLO_RECORD.octets):
        fits &= _table(allowed)[data[np.where(fits, begin + position, 0)]]
    return fits


def _fits_any(
    first_bytes: NDArray[np.uint8],
    captured: NDArray[np.integer],
    from_originator: NDArray[np.bool_],
    eligible: NDArray[np.bool_],
    openings: tuple[Opening, ...],
) -> NDArray[np.bool_]:
    """Return where a payload fits one of the openings; only eligible ones are looked at."""
    found = np.zeros(len(first_bytes), dtype=np.bool_)
    rows = np.flatnonzero(eligible & (captured > 0))
    first = first_bytes[rows, 0]
    for opening in openings:
        # Few payloads pass the first byte, so that the rest is looked at for them alone.
        left = rows[_table(opening.octets[0])[first]]
        if opening.from_originator is not None:
            left = left[from_originator[left] == opening.from_originator]
        for position, allowed in enumerate(opening.octets[1:], 1):
            if len(allowed) < 256:
                values = _table(allowed)[first_bytes[left, position]]
                left = left[values | (captured[left] <= position)]
        found[left] = True
    return found


@cache
def _table(allowed: frozenset[int]) -> NDArray[np.bool_]:
    """Return a look-up table: whether each of the 256 values is allowed."""
    table = np.zeros(256, dtype=np.bool_)
    table[list(allowed)] = True
    return table
