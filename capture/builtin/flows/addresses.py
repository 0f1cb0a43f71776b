"""Addresses as text, written for all at once."""

from __future__ import annotations

import socket
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

_MAPPED_IPV4: Final = 0xFFFF  # upper half of the lower 64 bits of ::ffff:0:0/96


def address_texts(addresses: NDArray[np.uint64]) -> pl.Series:
    """Return addresses, shape (n, 2) with two big-endian halves each, as Zeek writes them."""
    upper, lower = addresses[:, 0], addresses[:, 1]
    texts = _ipv4_texts(lower)
    others = np.flatnonzero((upper != 0) | (lower >> np.uint64(32) != _MAPPED_IPV4))
    if len(others) == 0:
        return texts
    written = texts.to_list()
    known: dict[bytes, str] = {}
    for row, halves in zip(others.tolist(), addresses[others].astype(">u8"), strict=True):
        packed = halves.tobytes()
        if packed not in known:
            known[packed] = socket.inet_ntop(socket.AF_INET6, packed)
        written[row] = known[packed]
    return pl.Series(written, dtype=pl.String)


def _ipv4_texts(addresses: NDArray[np.uint64]) -> pl.Series:
    """Return the IPv4 addresses that the lower 32 bits are."""
    halves = (_pair_texts(addresses.astype(np.uint32) >> shift) for shift in (16, 0))
    return pl.select(pl.concat_str(map(pl.lit, halves), separator=".")).to_series()


def _pair_texts(numbers: NDArray[np.uint32]) -> pl.Series:
    """Return the lower two octets of numbers as text, each distinct pair written once."""
    pairs = numbers.astype(np.uint16)
    present = np.zeros(1 << 16, dtype=np.bool_)
    present[pairs] = True
    texts = [f"{pair >> 8}.{pair & 0xFF}" for pair in np.flatnonzero(present).tolist()]
    numbering = np.cumsum(present, dtype=np.uint32) - np.uint32(1)
    return pl.Series(texts, dtype=pl.String).gather(numbering[pairs])
