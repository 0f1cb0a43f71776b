"""Shannon's entropy of a text."""

from __future__ import annotations

from collections import Counter
from math import log2


def entropy(text: str) -> float:
    """Return the entropy of the characters, in bits a character; 0 for no text."""
    total = len(text)
    return -sum(count / total * log2(count / total) for count in Counter(text).values())
