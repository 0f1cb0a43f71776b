"""What many connections send alike, such as certificates and extensions, parsed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

Parsed = TypeVar("Parsed")

RESULT_BYTES: Final = 512
"""What a result counts besides the bytes it was made of."""


class ParsedOnce(Generic[Parsed]):
    """Remembers what ``parse``, a pure function, made of bytes.

    At most about ``limit`` bytes are kept, the longest unused going first, so that hostile input
    cannot fill the memory. What ``parse`` raises is passed on.
    """

    def __init__(self, parse: Callable[[bytes], Parsed], limit: int = 8 << 20) -> None:
        self.limit = limit
        self._parse = parse
        self._parsed: OrderedDict[bytes, Parsed] = OrderedDict()
        self._kept = 0

    def parse(self, octets: bytes) -> Parsed:
        """Return what ``parse`` makes of the bytes."""
        known = self._parsed.get(octets)
        if known is not None:
            self._parsed.move_to_end(octets)
            return known
        result = self._parsed[octets] = self._parse(octets)
        self._kept += len(octets) + RESULT_BYTES
        while self._kept > self.limit:
            forgotten, _ = self._parsed.popitem(last=False)
            self._kept -= len(forgotten) + RESULT_BYTES
        return result
