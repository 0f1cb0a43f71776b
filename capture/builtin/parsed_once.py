"""What many connections send alike, such as certificates and extensions, parsed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

Key = TypeVar("Key", bound=Hashable)
Parsed = TypeVar("Parsed")

RESULT_BYTES: Final = 512
"""What a result counts besides the bytes it was made of."""


class Remembered(dict[Key, Parsed]):
    """A dictionary of which at most about ``limit`` bytes are kept.

    So hostile input cannot fill the memory; what would exceed the limit empties it. A dictionary,
    because hardly anything is quicker, and every handshake looks up several.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self._kept = 0

    def keep(self, key: Key, result: Parsed, size: int) -> None:
        """Remember the result for a key of so many bytes."""
        size += RESULT_BYTES
        if size > self._limit:
            return
        if self._kept + size > self._limit:
            self.clear()
            self._kept = 0
        self[key] = result
        self._kept += size


class ParsedOnce(Remembered[bytes, Parsed]):
    """Gives for bytes what ``parse``, a pure function, makes of them: ``once[octets]``.

    What ``parse`` raises is passed on.
    """

    def __init__(self, parse: Callable[[bytes], Parsed], limit: int = 8 << 20) -> None:
        super().__init__(limit)
        self._parse = parse

    def __missing__(self, octets: bytes) -> Parsed:
        """Parse the bytes, and remember the result."""
        result = self._parse(octets)
        self.keep(octets, result, len(octets))
        return result
