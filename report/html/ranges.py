"""A value between the ranges that most normal and most malicious servers of the training have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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


def drawing(value: float | None, known: Bounds) -> str:
    """Return a bar for each range, the filled one of normal servers above, and a mark at the value.

    A value outside of both is a mark at the edge; without any range there is nothing to draw.
    """
    ends = [end for each in known if each is not None for end in each]
    if not ends:
        return ""
    place = _scale(min(ends), max(ends))
    bars = _bar(known.normal, place, 3, "normal") + _bar(known.malicious, place, 12, "malicious")
    mark = "" if value is None else f'<path d="M{place(value):.0f} 0v{_HEIGHT}" class="now"/>'
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg {size} class="ranges" aria-hidden="true">{bars}{mark}</svg>'


def _bar(ends: Sequence[float] | None, place: Callable[[float], float], y: int, kind: str) -> str:
    if ends is None:
        return ""
    left, right = (place(end) for end in ends)
    width = max(right - left, 2)
    return f'<rect x="{left:.0f}" y="{y}" width="{width:.0f}" height="7" class="{kind}"/>'


def _scale(low: float, high: float) -> Callable[[float], float]:
    """Return what places a value; lengths are of magnitudes where values differ by many."""
    by_magnitude = low >= 0 and high > _LARGE

    def length(value: float) -> float:
        return math.log1p(max(value, 0.0)) if by_magnitude else value

    start, end = length(low), length(high)
    room = _WIDTH - 2 * _EDGE

    def place(value: float) -> float:
        if end > start:
            share = (length(value) - start) / (end - start)
        else:
            share = 0.5 + (value > low) - (value < low)
        return min(max(_EDGE + room * share, 1.0), _WIDTH - 1.0)

    return place
