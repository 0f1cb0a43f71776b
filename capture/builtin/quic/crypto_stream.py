"""One side's handshake bytes, put in order from CRYPTO frames."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from capture.builtin.quic.frames import CryptoFrame

LONGEST_STREAM: Final = 1 << 16
"""Bytes beyond this position are left out; no hello is that long."""

_MOST_WAITING: Final = 128  # pieces; real clients leave at most some twenty waiting
_BYTES_A_PIECE: Final = 256


class CryptoStream:
    """Takes frames in any order, some of them twice or overlapping; gives the bytes in order."""

    __slots__ = ("_position", "_waiting")

    def __init__(self) -> None:
        self._position = 0
        self._waiting: dict[int, bytes] = {}

    @property
    def held(self) -> int:
        """About how many bytes of memory what waits takes."""
        return sum(map(len, self._waiting.values())) + _BYTES_A_PIECE * len(self._waiting)

    def add(self, frames: Iterable[CryptoFrame]) -> bytes:
        """Return the bytes that now follow those returned before."""
        pieces = []
        for offset, data in frames:
            if offset <= self._position:
                pieces.append(self._advance(offset, data))
            else:
                self._keep(offset, data)
        for offset in sorted(self._waiting):
            if offset > self._position:
                break
            pieces.append(self._advance(offset, self._waiting.pop(offset)))
        return b"".join(pieces)

    def _advance(self, offset: int, data: bytes) -> bytes:
        """Return the part of a piece that is new, none of it if it goes too far."""
        new = data[self._position - offset :]
        if self._position + len(new) > LONGEST_STREAM:
            return b""
        self._position += len(new)
        return new

    def _keep(self, offset: int, data: bytes) -> None:
        """Let a piece wait for those before it; of two at one place the longer one."""
        known = self._waiting.get(offset)
        if offset + len(data) > LONGEST_STREAM or (known is not None and len(known) >= len(data)):
            return
        if known is not None or len(self._waiting) < _MOST_WAITING:
            self._waiting[offset] = data
