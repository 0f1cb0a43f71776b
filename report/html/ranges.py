"""A value between the ranges that most normal and most malicious servers of the training have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from verdict.document import Document

_WIDTH: Final = 120
_EDGE: Final = 8  # on either side, for a value outside of both ranges
_LARGE: Final = 100.0  # values that reach so far are drawn by their magnitude
_HEIGHT: Final = 22


class Ranges(NamedTuple):
    """The lower and upper end of each feature among most servers of a kind."""

    normal: Mapping[str, Sequence[float]]
    malicious: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, document: Document) -> Ranges:
        """Return the ranges that a document holds."""
        return cls(document.usual, document.usual_of_malicious)


class Bounds(NamedTuple):
    """The ends of a feature among normal and malicious servers, None where one is not known."""

    normal: Sequence[float] | None
    malicious: Sequence[float] | None


def bounds(ranges: Ranges, feature: str) -> Bounds:
    """Return the ends of one feature."""
    return Bounds(ranges.normal.get(feature), ranges.malicious.get(feature))


class Drawing:
    """A bar for each range, the filled one of normal servers above, to which a mark is added.

    Lengths are of magnitudes where values are large.
    """

    def __init__(self, known: Bounds) -> None:
        ends = [end for each in known if each is not None for end in each]
        self._is_empty = not ends
        low, high = (min(ends), max(ends)) if ends else (0.0, 0.0)
        self._low = low
        self._by_magnitude = low >= 0 and high > _LARGE
        self._start, self._end = self._length(low), self._length(high)
        bars = self._bar(known.normal, 3, "normal") + self._bar(known.malicious, 12, "malicious")
        size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        self._bars = f'<svg {size} class="ranges" aria-hidden="true">{bars}'

    def of(self, value: float | None) -> str:
        """Return the bars with a mark at the value, at an edge if it is outside of both.

        Empty without any range.
        """
        if self._is_empty:
            return ""
        if value is None:
            return f"{self._bars}</svg>"
        return f'{self._bars}<path d="M{self._place(value):.0f} 0v{_HEIGHT}" class="now"/></svg>'

    def _bar(self, ends: Sequence[float] | None, y: int, kind: str) -> str:
        if ends is None:
            return ""
        left, right = (self._place(end) for end in ends)
        width = max(right - left, 2)
        return f'<rect x="{left:.0f}" y="{y}" width="{width:.0f}" height="7" class="{kind}"/>'

    def _length(self, value: float) -> float:
        return math.log1p(max(value, 0.0)) if self._by_magnitude else value

    def _place(self, value: float) -> float:
        if self._end > self._start:
            share = (self._length(value) - self._start) / (self._end - self._start)
        else:
            share = 0.5 + (value > self._low) - (value < self._low)
        return min(max(_EDGE + (_WIDTH - 2 * _EDGE) * share, 1.0), _WIDTH - 1.0)
