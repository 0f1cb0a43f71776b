"""Plots as SVG that can be read without colour: every line has its dashes, marks and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import log10
from typing import Final

Point = tuple[float, float]

WIDTH: Final = 480
HEIGHT: Final = 360
_LEFT: Final = 56
_RIGHT: Final = 24
_TOP: Final = 12
_BOTTOM: Final = 48
_LEGEND_LINE: Final = 20
_MARKS: Final = 6  # on a line
_BAR: Final = 22  # height of a bar with the space around it
_NAMES: Final = 176  # width for the names of bars
_VALUES: Final = 88
_MARK_SHAPES: Final = (
    '<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>',
    '<path d="M{x:.1f} {y:.1f}m-3.5 -3.5h7v7h-7z"/>',
    '<path d="M{x:.1f} {y:.1f}m0 -4.5l4.2 7.5h-8.4z"/>',
    '<path d="M{x:.1f} {y:.1f}m0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z"/>',
)


@dataclass(frozen=True)
class Axis:
    """What an axis shows: from the first to the last of its ticks, each with its text."""

    label: str
    ticks: Sequence[tuple[float, str]]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Return where a value is, from 0 at the first tick to 1 at the last, and never beyond."""
        low, high = self._scaled(self.ticks[0][0]), self._scaled(self.ticks[-1][0])
        return min(1.0, max(0.0, (self._scaled(value) - low) / (high - low)))

    def _scaled(self, value: float) -> float:
        return log10(max(value, self.ticks[0][0])) if self.logarithmic else value


@dataclass(frozen=True)
class Line:
    """A named line through points."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Bar:
    """A bar from 0 to a share of at most 1, with the text at its end."""

    name: str
    share: float
    text: str


def line_plot(title: str, lines: Sequence[Line], x: Axis, y: Axis, diagonal: bool = False) -> str:
    """Return an SVG of at most four lines; ``diagonal`` adds the line of equal x and y."""
    height = HEIGHT + _LEGEND_LINE * ((len(lines) + 1) // 2)
    parts = [_grid(x, y)]
    if diagonal:
        (x0, y0), (x1, y1) = _place((0.0, 0.0), x, y), _place((1.0, 1.0), x, y)
        parts.append(f'<path class="diagonal" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>')
    for number, line in enumerate(lines):
        parts.append(_line([_place(point, x, y) for point in line.points], number))
        parts.append(_legend(line.name, number))
    return _svg(title, WIDTH, height, parts)


def bar_plot(title: str, bars: Sequence[Bar]) -> str:
    """Return an SVG of bars, one under the other, each with its name and text."""
    whole = WIDTH + _NAMES - _LEFT
    room = whole - _NAMES - _VALUES
    parts = []
    for number, bar in enumerate(bars):
        top = number * _BAR
        length = room * min(1.0, max(0.0, bar.share))
        parts.append(
            f'<text class="name" x="{_NAMES - 8}" y="{top + 15}">{escape(bar.name)}</text>'
            f'<rect class="room" x="{_NAMES}" y="{top + 4}" width="{room}" height="14"/>'
            f'<rect class="bar" x="{_NAMES}" y="{top + 4}" width="{length:.1f}" height="14"/>'
            f'<text x="{_NAMES + room + 8}" y="{top + 15}">{escape(bar.text)}</text>'
        )
    return _svg(title, whole, _BAR * len(bars), parts)


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    name = escape(title, quote=True)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{name}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _place(point: Point, x: Axis, y: Axis) -> Point:
    across, up = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    return _LEFT + across * x.share(point[0]), HEIGHT - _BOTTOM - up * y.share(point[1])


def _grid(x: Axis, y: Axis) -> str:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    parts = []
    for value, text in x.ticks:
        at, _ = _place((value, y.ticks[0][0]), x, y)
        parts.append(f'<path class="grid" d="M{at:.1f} {_TOP}V{bottom}"/>')
        parts.append(f'<text class="tick" x="{at:.1f}" y="{bottom + 16}">{escape(text)}</text>')
    for value, text in y.ticks:
        _, at = _place((x.ticks[0][0], value), x, y)
        parts.append(f'<path class="grid" d="M{_LEFT} {at:.1f}H{right}"/>')
        parts.append(f'<text class="name" x="{_LEFT - 6}" y="{at + 4:.1f}">{escape(text)}</text>')
    middle = (_TOP + bottom) / 2
    parts.append(
        f'<text class="tick" x="{(_LEFT + right) / 2:.1f}" y="{bottom + 36}">'
        f"{escape(x.label)}</text>"
        f'<text class="tick" transform="translate(14 {middle:.1f}) rotate(-90)">'
        f"{escape(y.label)}</text>"
    )
    return "".join(parts)


def _line(points: Sequence[Point], number: int) -> str:
    if not points:
        return ""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    marks = "".join(
        _MARK_SHAPES[number % len(_MARK_SHAPES)].format(x=x, y=y) for x, y in _marked(points)
    )
    return f'<g class="line line{number}"><path class="stroke" d="M{path}"/>{marks}</g>'


def _marked(points: Sequence[Point]) -> list[Point]:
    """Return some of the points, at about equal distances along the line."""
    walked, distances = 0.0, [0.0]
    for (x0, y0), (x1, y1) in pairwise(points):
        walked += abs(x1 - x0) + abs(y1 - y0)
        distances.append(walked)
    wanted = [walked * (turn + 0.5) / _MARKS for turn in range(_MARKS)]
    nearest = {min(range(len(points)), key=lambda n: abs(distances[n] - at)) for at in wanted}
    return [points[number] for number in sorted(nearest)]


def _legend(name: str, number: int) -> str:
    column, row = number % 2, number // 2
    left, top = _LEFT + column * 200, HEIGHT + 8 + row * _LEGEND_LINE
    mark = _MARK_SHAPES[number % len(_MARK_SHAPES)].format(x=left + 18, y=top)
    return (
        f'<g class="line line{number}"><path class="stroke" d="M{left} {top}h36"/>{mark}</g>'
        f'<text x="{left + 44}" y="{top + 4}">{escape(name)}</text>'
    )
