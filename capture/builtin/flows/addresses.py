"""Addresses as text, each distinct one written once."""

from __future__ import annotations

import socket
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MAPPED_IPV4: Final = bytes(10) + b"\xff\xff"


def address_text(address: NDArray[np.uint64]) -> str:
    """Return one address, two big-endian halves, as Zeek writes it."""
    return _text(address.astype(">u8").tobytes())


def address_texts(addresses: NDArray[np.uint64]) -> NDArray[np.object_]:
    """Return addresses of shape (n, 2) as text."""
    # Both halves as text of the distinct lower ones and the few upper ones: np.unique is many
    # times faster over plain integers than over pairs.
    upper, upper_index = np.unique(addresses[:, 0], return_inverse=True)
    lower, lower_index = np.unique(addresses[:, 1], return_inverse=True)
    pair, index = np.unique(upper_index * len(lower) + lower_index, return_inverse=True)
    halves = np.empty((len(pair), 2), dtype=">u8")
    halves[:, 0], halves[:, 1] = upper[pair // len(lower)], lower[pair % len(lower)]
    texts = np.array([_text(half.tobytes()) for half in halves], dtype=object)
    return texts[index] if len(texts) else texts


def _text(packed: bytes) -> str:
    if packed.startswith(_MAPPED_IPV4):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed)
