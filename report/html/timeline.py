"""A drawing of when a target's TLS connections began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from report.html.elements import text
from report.language import Language
from report.text import moment
from report.triage import times_of
from verdict.document import Connection, Target

_WIDTH: Final = 900
_LEFT: Final = 250  # of the names of the lanes
_RIGHT: Final = 20
_LANE: Final = 26
_LANES: Final = 12
_TICKS: Final = 4


def timeline(target: Target, language: Language) -> str:
    """Return an SVG with a lane for each peer and port; empty where no time is known."""
    times = times_of(target)
    if times is None:
        return ""
    lanes = _lanes(target)
    shown = sorted(lanes.items(), key=lambda lane: (-len(lane[1]), lane[0]))[:_LANES]
    height = _LANE * len(shown) + 40
    label = language(
        "{count}, from {first} to {last} UTC",
        count=language.counted(len(target.connections), "TLS connection"),
        first=moment(times[0]),
        last=moment(times[1]),
    )
    parts = [_axis(times, height)]
    parts += [_lane(number, name, lane, times) for number, (name, lane) in enumerate(shown)]
    caption = label if len(shown) == len(lanes) else f"{label} ({len(shown)} / {len(lanes)})"
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{text(label)}">'
        f"{''.join(parts)}</svg><figcaption>{text(caption)}</figcaption></figure>"
    )


def _lanes(target: Target) -> dict[str, list[Connection]]:
    lanes: dict[str, list[Connection]] = {}
    for each in target.connections:
        peer = each.client if target.role == "server" else each.server
        lanes.setdefault(f"{peer} : {each.server_port}/{each.proto or 'tcp'}", []).append(each)
    return lanes


def _lane(
    number: int, name: str, connections: Sequence[Connection], times: tuple[float, float]
) -> str:
    """Return the marks of a lane, those at the same place once, malicious ones on top."""
    y = _LANE * number + _LANE // 2
    places: dict[float, bool] = {}
    for each in connections:
        if each.ts is not None:
            x = round(_place(each.ts, times), 1)
            places[x] = places.get(x, False) or each.verdict == "MALICIOUS"
    marks = "".join(
        _mark(x, y, malicious) for x, malicious in sorted(places.items(), key=lambda item: item[1])
    )
    return (
        f'<text x="{_LEFT - 12}" y="{y + 4}" class="lane">{text(name)}</text>'
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" class="grid"/>{marks}'
    )


def _mark(x: float, y: int, malicious: bool) -> str:
    """Return a mark; form and colour tell the verdict of module 1 on the connection."""
    if malicious:
        return f'<path d="M{x} {y - 7}l7 7l-7 7l-7-7z" class="malicious"/>'
    return f'<circle cx="{x}" cy="{y}" r="4.5" class="normal"/>'


def _axis(times: tuple[float, float], height: int) -> str:
    first, last = times
    count = _TICKS if last > first else 1
    moments = [first + (last - first) * step / max(count - 1, 1) for step in range(count)]
    ticks = []
    for number, ts in enumerate(moments):
        x = _place(ts, times)
        anchor = "start" if number == 0 else "end" if number == count - 1 else "middle"
        ticks.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 26}" class="grid"/>'
            f'<text x="{x:.1f}" y="{height - 8}" text-anchor="{anchor}">{moment(ts)}</text>'
        )
    return "".join(ticks)


def _place(ts: float, times: tuple[float, float]) -> float:
    """Return where a moment lies, in units of the drawing."""
    first, last = times
    share = (ts - first) / (last - first) if last > first else 0.0
    return _LEFT + 10 + share * (_WIDTH - _LEFT - _RIGHT - 20)
