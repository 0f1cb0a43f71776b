"""Addresses as text, each distinct one written once."""

from __future__ import annotations

import socket
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MAPPED_IPV4: Final = 0xFFFF  # what stands above the lower 32 bits in ::ffff:0:0/96
_OCTETS: Final = [str(number) for number in range(256)]


def address_texts(addresses: NDArray[np.uint64]) -> NDArray[np.object_]:
    """Return addresses, shape (n, 2) with two big-endian halves each, as Zeek writes them."""
    texts = np.empty(len(addresses), dtype=object)
    is_ipv4 = (addresses[:, 0] == 0) & (addresses[:, 1] >> np.uint64(32) == _MAPPED_IPV4)
    texts[is_ipv4] = _ipv4_texts(addresses[is_ipv4, 1].astype(np.uint32))
    if not is_ipv4.all():
        texts[~is_ipv4] = _ipv6_texts(addresses[~is_ipv4])
    return texts


def _ipv4_texts(numbers: NDArray[np.uint32]) -> NDArray[np.object_]:
    distinct, index = np.unique(numbers, return_inverse=True)
    octet = _OCTETS
    texts = (
        f"{octet[number >> 24]}.{octet[number >> 16 & 0xFF]}"
        f".{octet[number >> 8 & 0xFF]}.{octet[number & 0xFF]}"
        for number in distinct.tolist()
    )
    return np.fromiter(texts, dtype=object, count=len(distinct))[index]


def _ipv6_texts(addresses: NDArray[np.uint64]) -> NDArray[np.object_]:
    packed = addresses.astype(">u8").tobytes()
    parts = [packed[at : at + 16] for at in range(0, len(packed), 16)]
    texts = {part: socket.inet_ntop(socket.AF_INET6, part) for part in set(parts)}
    return np.fromiter([texts[part] for part in parts], dtype=object, count=len(parts))
