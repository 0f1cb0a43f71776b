"""QUIC's integers of variable length (RFC 9000, 16)."""

from __future__ import annotations

from typing import Final


class TruncatedError(ValueError):
    """Bytes that end before what they announce."""


_LENGTH_BITS: Final = 6


def read_integer(data: bytes, offset: int) -> tuple[int, int]:
    """Return the integer at ``offset`` and the offset after it.

    Raises TruncatedError when ``data`` ends before.
    """
    if offset >= len(data):
        raise TruncatedError("the data end before an integer")
    size = 1 << (data[offset] >> _LENGTH_BITS)
    if size == 1:
        return data[offset], offset + 1
    end = offset + size
    if end > len(data):
        raise TruncatedError("the data end within an integer")
    value = int.from_bytes(data[offset:end], "big")
    return value & ((1 << (8 * size - 2)) - 1), end
