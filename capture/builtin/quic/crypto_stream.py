"""One side's handshake bytes, put in order from CRYPTO frames."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from capture.builtin.quic.frames import CryptoFrame

LONGEST_STREAM: Final = 1 << 16
"""Bytes beyond this position are left out; no hello is that long."""

_MOST_WAITING: Final = 1024


class CryptoStream:
    """Takes frames in any order, some of them twice or overlapping; gives the bytes in order."""

    __slots__ = ("_position", "_waiting")

    def __init__(self) -> None:
        self._position = 0
        self._waiting: dict[int, bytes] = {}

    def add(self, frames: Iterable[CryptoFrame]) -> bytes:
        """Return the bytes that now follow those returned before."""
        for frame in frames:
            self._keep(frame)
        return self._take()

    def _keep(self, frame: CryptoFrame) -> None:
        offset, data = frame
        end = offset + len(data)
        waiting = self._waiting
        if not self._position < end <= LONGEST_STREAM or len(data) <= len(waiting.get(offset, b"")):
            return
        if offset in waiting or len(waiting) < _MOST_WAITING:
            waiting[offset] = data

    def _take(self) -> bytes:
        """Remove from the waiting pieces those that the bytes so far reach, and join them."""
        pieces = []
        for offset in sorted(self._waiting):
            if offset > self._position:
                break
            piece = self._waiting.pop(offset)[self._position - offset :]
            self._position += len(piece)
            pieces.append(piece)
        return b"".join(pieces)
