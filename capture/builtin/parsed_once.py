"""What many connections send alike, such as certificates and extensions, parsed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

Parsed = TypeVar("Parsed")

RESULT_BYTES: Final = 512
"""What a result counts besides the bytes it was made of."""


class ParsedOnce(dict[bytes, Parsed]):
    """Gives for bytes what ``parse``, a pure function, makes of them: ``once[octets]``.

    At most about ``limit`` bytes are kept, so that hostile input cannot fill the memory; what
    would exceed it empties it. What ``parse`` raises is passed on. A dictionary, because hardly
    anything is quicker, and every handshake looks up several.
    """

    def __init__(self, parse: Callable[[bytes], Parsed], limit: int = 8 << 20) -> None:
        super().__init__()
        self._parse = parse
        self._limit = limit
        self._kept = 0

    def __missing__(self, octets: bytes) -> Parsed:
        """Parse the bytes, and remember the result."""
        result = self._parse(octets)
        size = len(octets) + RESULT_BYTES
        if size > self._limit:
            return result
        if self._kept + size > self._limit:
            self.clear()
            self._kept = 0
        self[octets] = result
        self._kept += size
        return result
