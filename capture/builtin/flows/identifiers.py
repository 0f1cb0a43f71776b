"""Unique connection identifiers in the form of Zeek's, but the same for the same capture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_DIGITS: Final = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8
)
# All numbers of two digits, the lower digit first.
_PAIRS: Final = np.stack((np.tile(_DIGITS, 62), np.repeat(_DIGITS, 62)), axis=1).view("S2")[:, 0]
_PAIRS_A_WORD: Final = 4
_FIRST: Final = np.uint64(0x9E3779B97F4A7C15)
_SECOND: Final = np.uint64(0xC2B2AE3D27D4EB4F)


def connection_uids(connections: NDArray[np.void]) -> NDArray[np.str_]:
    """Return "C" and sixteen base-62 digits of a hash for each connection.

    Hashed are the time of the first packet, the addresses, ports and protocol, and the packet's
    number in the capture.
    """
    parts = [
        np.ascontiguousarray(part, dtype=np.uint64)
        for part in (
            connections["first_time"].view(np.uint64),
            connections["serial"].view(np.uint64),
            connections["first_address"][:, 0],
            connections["first_address"][:, 1],
            connections["second_address"][:, 0],
            connections["second_address"][:, 1],
            connections["first_port"],
            connections["second_port"],
            connections["protocol"],
        )
    ]
    pairs = np.empty((len(connections), 2 * _PAIRS_A_WORD), dtype="S2")
    for half, seed in enumerate((_FIRST, _SECOND)):
        word = _hash(parts, seed)
        for column in range(half * _PAIRS_A_WORD, (half + 1) * _PAIRS_A_WORD):
            word, pair = np.divmod(word, np.uint64(len(_PAIRS)))
            pairs[:, column] = _PAIRS[pair]
    characters = np.full((len(connections), 1 + 4 * _PAIRS_A_WORD), b"C", dtype="S1")
    characters[:, 1:] = pairs.view("S1")
    joined = characters.reshape(-1).view(f"S{characters.shape[1]}")
    return joined.astype(np.str_)


def _hash(parts: Sequence[NDArray[np.uint64]], seed: np.uint64) -> NDArray[np.uint64]:
    value = np.full(len(parts[0]), seed, dtype=np.uint64)
    for part in parts:
        value ^= part
        value *= _FIRST
        value ^= value >> np.uint64(32)
    return value
