"""Which flows may carry QUIC, from the first bytes of each direction; vectorised."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.quic.versions import RESERVED, RESERVED_BITS, VERSIONS

SMALLEST_DATAGRAM: Final = 1200
"""A client pads the datagrams of its Initial packets to this size (RFC 9000, 14.1)."""

_UDP: Final = 17
_LONG_HEADER_AND_FIXED_BIT: Final = 0xC0
_TYPE_BITS: Final = 0x30
_VERSION_BYTES: Final = slice(1, 5)
_HEADER_SIZE: Final = 6
_INITIAL_TYPES: Final = sorted({version.initial_type for version in VERSIONS.values()})


def may_carry_quic(
    first_bytes: NDArray[np.uint8],
    captured: NDArray[np.integer],
    payload_length: NDArray[np.integer],
    protocol: NDArray[np.uint8],
) -> NDArray[np.bool_]:
    """Return for each first payload whether it begins a QUIC connection; any port will do.

    It does if it is an Initial packet of a known version in a datagram as large as clients must
    send, a 0-RTT packet (which may overtake the Initial one), or a packet of a version that is
    there to provoke Version Negotiation, after which the client begins again.

    ``first_bytes`` has shape (n, 16), zero padded; the other arrays have shape (n,): ``captured``
    and ``payload_length`` are the sizes of the payload in the capture and on the wire, ``protocol``
    is the IP protocol number.
    """
    found: NDArray[np.bool_] = (protocol == _UDP) & (captured >= _HEADER_SIZE)
    found &= first_bytes[:, 0] & _LONG_HEADER_AND_FIXED_BIT == _LONG_HEADER_AND_FIXED_BIT
    rows = np.flatnonzero(found)
    found[rows] = _begins(first_bytes[rows], payload_length[rows] >= SMALLEST_DATAGRAM)
    return found


def _begins(first_bytes: NDArray[np.uint8], padded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which long headers are such as a client sends first."""
    versions = np.ascontiguousarray(first_bytes[:, _VERSION_BYTES]).view(">u4").ravel()
    kinds = (first_bytes[:, 0] & _TYPE_BITS) >> 4
    found: NDArray[np.bool_] = padded & (versions & RESERVED_BITS == RESERVED)
    for initial in _INITIAL_TYPES:
        numbers = [number for number, known in VERSIONS.items() if known.initial_type == initial]
        zero_round_trip = initial + 1
        first_flight = (padded & (kinds == initial)) | (kinds == zero_round_trip)
        found |= first_flight & (versions[:, None] == np.array(numbers)).any(axis=1)
    return found
