"""A confusion matrix as SVG: counts in squares, the darker the larger the share of their row."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

_SIZE: Final = 96
_LEFT: Final = 96
_TOP: Final = 28
_CELLS: Final = (
    (("dangerous_found", 0, 0), ("dangerous_missed", 1, 0)),
    (("safe_flagged", 0, 1), ("safe_left_alone", 1, 1)),
)
_CLASSES: Final = ("dangerous", "safe")


def confusion_plot(title: str, counts: Mapping[str, int]) -> str:
    """Return an SVG with what conversations are in rows and what they were called in columns."""
    parts = [_names()]
    for row in _CELLS:
        total = sum(counts[name] for name, _, _ in row)
        parts += [_cell(counts[name], total, column, line) for name, column, line in row]
    name = escape(f"Confusion matrix, {title}", quote=True)
    width, height = _LEFT + 2 * _SIZE + 8, _TOP + 2 * _SIZE + 8
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{name}" '
        'style="max-width:20rem">'
        f"<title>{name}</title>{''.join(parts)}</svg>"
    )


def _cell(count: int, total: int, column: int, line: int) -> str:
    x, y = _LEFT + column * _SIZE, _TOP + line * _SIZE
    share = count / total if total else 0.0
    return (
        f'<rect class="room" x="{x}" y="{y}" width="{_SIZE - 4}" height="{_SIZE - 4}"/>'
        f'<rect class="bar" x="{x}" y="{y}" width="{_SIZE - 4}" height="{_SIZE - 4}" '
        f'fill-opacity="{0.6 * share:.3f}"/>'
        f'<text class="tick" x="{x + _SIZE / 2 - 2:.0f}" y="{y + _SIZE / 2:.0f}">{count:,}</text>'
        f'<text class="tick" x="{x + _SIZE / 2 - 2:.0f}" y="{y + _SIZE / 2 + 16:.0f}">'
        f"{100 * share:.1f} %</text>"
    )


def _names() -> str:
    columns = "".join(
        f'<text class="tick" x="{_LEFT + place * _SIZE + _SIZE / 2:.0f}" y="{_TOP - 8}">'
        f"called {name}</text>"
        for place, name in enumerate(_CLASSES)
    )
    lines = "".join(
        f'<text class="name" x="{_LEFT - 8}" y="{_TOP + place * _SIZE + _SIZE / 2:.0f}">'
        f"{name}</text>"
        for place, name in enumerate(_CLASSES)
    )
    return columns + lines
