"""Unique connection identifiers in the form of Zeek's, but the same for the same capture."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_DIGITS: Final = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype="S1"
)
_DIGITS_A_WORD: Final = 8
_FIRST: Final = np.uint64(0x9E3779B97F4A7C15)
_SECOND: Final = np.uint64(0xC2B2AE3D27D4EB4F)


def connection_uids(connections: NDArray[np.void]) -> NDArray[np.str_]:
    """Return "C" and sixteen base-62 digits of a hash for each connection.

    Hashed are the time of the first packet, the addresses, ports and protocol, and the packet's
    number in the capture.
    """
    words = [_hash(connections, _FIRST), _hash(connections, _SECOND)]
    characters = np.empty((len(connections), 1 + 2 * _DIGITS_A_WORD), dtype="S1")
    characters[:, 0] = b"C"
    column = 1
    for word in words:
        for _ in range(_DIGITS_A_WORD):
            word, digit = np.divmod(word, np.uint64(62))
            characters[:, column] = _DIGITS[digit]
            column += 1
    joined = characters.reshape(-1).view(f"S{1 + 2 * _DIGITS_A_WORD}")
    return joined.astype(np.str_)


def _hash(connections: NDArray[np.void], seed: np.uint64) -> NDArray[np.uint64]:
    value = np.full(len(connections), seed, dtype=np.uint64)
    for part in (
        connections["first_time"],
        connections["serial"],
        connections["first_address"][:, 0],
        connections["first_address"][:, 1],
        connections["second_address"][:, 0],
        connections["second_address"][:, 1],
        connections["first_port"],
        connections["second_port"],
        connections["protocol"],
    ):
        value ^= part.astype(np.uint64)
        value *= _FIRST
        value ^= value >> np.uint64(32)
    return value
