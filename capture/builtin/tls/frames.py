"""Cutting a byte stream into frames whose header tells their length."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Frames(ABC):
    """Frames of one direction: give it bytes in any portions, get back the frames they complete.

    Subclasses say how long a header is (``header``), how long a frame may be (``limit``; no more
    is ever kept) and how to read the length. ``broken`` is set by a frame that cannot be one;
    nothing more is read then.
    """

    __slots__ = ("_needed", "_pending", "broken")

    header: int
    limit: int

    def __init__(self) -> None:
        self.broken = False
        self._needed = self.header
        self._pending = bytearray()

    @abstractmethod
    def length_of(self, data: bytes, offset: int) -> int:
        """Return the length of the frame at ``offset``, header included; 0 when it cannot be one.

        ``header`` bytes are there.
        """

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that ``data`` completes."""
        if self.broken:
            return []
        pending = self._pending
        if pending:
            pending += data
            if len(pending) < self._needed:
                return []
            data = bytes(pending)
            pending.clear()
        return self._cut(data)

    def _cut(self, data: bytes) -> list[bytes]:
        frames: list[bytes] = []
        header, limit, length_of = self.header, self.limit, self.length_of
        offset, size = 0, len(data)
        self._needed = header
        while size - offset >= header:
            length = length_of(data, offset)
            if not 0 < length <= limit:
                self.broken = True
                return frames
            end = offset + length
            if end > size:
                self._needed = length
                break
            frames.append(data[offset:end])
            offset = end
        if offset < size:
            self._pending += data[offset:]
        return frames
