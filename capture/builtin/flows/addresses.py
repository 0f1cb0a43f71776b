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
    packed = np.ascontiguousarray(addresses.astype(">u8")).view("V16").reshape(-1)
    distinct, index = np.unique(packed, return_inverse=True)
    texts = np.array([_text(address.tobytes()) for address in distinct], dtype=object)
    return texts[index.reshape(-1)] if len(texts) else texts


def _text(packed: bytes) -> str:
    if packed.startswith(_MAPPED_IPV4):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed)
