"""The beginning of a record or message whose rest has not come yet."""

from __future__ import annotations


class Unfinished:
    """Keeps bytes of one direction until there are enough of them to go on.

    Joining only what is long enough makes a frame that comes in single bytes cost no more than
    its length.
    """

    __slots__ = ("_octets", "needed")

    def __init__(self) -> None:
        self._octets: bytes | bytearray = b""
        self.needed = 0

    def __len__(self) -> int:
        """Return how many bytes are kept."""
        return len(self._octets)

    def keep(self, octets: bytes, needed: int) -> None:
        """Keep the beginning of something that is ``needed`` bytes long."""
        self._octets = bytearray(octets)
        self.needed = needed

    def followed_by(self, data: bytes) -> bytes:
        """Return what was kept and ``data``; nothing while that is still too short."""
        kept = self._octets
        if not kept:
            return data
        kept += data
        if len(kept) < self.needed:
            return b""
        self._octets = b""
        return bytes(kept)
