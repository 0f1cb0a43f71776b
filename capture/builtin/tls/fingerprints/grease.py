"""The values that clients put in to keep servers tolerant, which mean nothing (RFC 8701)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

GREASE: Final = frozenset(0x0A0A + 0x1010 * number for number in range(16))
"""0x0a0a, 0x1a1a … 0xfafa: reserved among suites, extensions, groups, versions and schemes."""


def without_grease(numbers: Iterable[int]) -> tuple[int, ...]:
    """Return the numbers that mean something, in order."""
    return tuple(number for number in numbers if number not in GREASE)
