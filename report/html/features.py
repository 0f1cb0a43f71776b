"""Features of a target: what moved the detectors, and every value of the strongest row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from report.console import classic_block
from report.html.elements import element, table, text
from report.html.ranges import Bounds, Ranges, bounds, drawing
from report.language import Language
from verdict.document import FeatureValue, Reason, Target
from verdict.wording import DETECTORS, phrase, value_text

_BAR: Final = 160
_LEGEND: Final = (
    "A bar is the range of most servers in training (5% to 95% of them): the filled one above of "
    "normal servers, the hollow one below of malicious servers. The line is this server; at an "
    "edge it is outside of both. Large values are drawn by their magnitude."
)
_CONNECTION_NAMES: Final = {
    "tlsSubject": "subject of the certificate",
    "tlsIssuerDn": "issuer of the certificate",
    "tlsSni": "server name asked for (SNI)",
}


def contributions(target: Target, language: Language) -> str:
    """Return a table of what moved each detector, with bars; empty where none is told."""
    found = [each for each in target.reasons if each.contribution is not None]
    if not found:
        return ""
    largest: dict[str, float] = {}
    for each in found:
        size = abs(each.contribution or 0.0)
        largest[each.detector] = max(largest.get(each.detector, 0.0), size)
    headings = ("detector", "feature", "value", "contribution", "towards")
    rows = [_contribution(each, largest[each.detector], language) for each in found]
    return table(
        language("What moved the detectors most"), [text(language(each)) for each in headings], rows
    )


def features(target: Target, language: Language, ranges: Ranges) -> str:
    """Return the table of all features of the row that FINAL names, beside what is usual."""
    if not target.features:
        return ""
    moved = _moved(target.reasons)
    headings = (
        "feature",
        "value",
        "beside the ranges",
        "normal servers",
        "malicious servers",
        "what it measures",
        "moved",
    )
    rows = [
        _feature(name, value, bounds(ranges, name), moved.get(name), language)
        for name, value in target.features.items()
    ]
    head = [text(language(each)) for each in headings]
    return _legend(ranges, language) + table(language("Features"), head, rows, "features")


def _legend(ranges: Ranges, language: Language) -> str:
    """Return what the drawings mean, where there are any."""
    return element("p", text(language(_LEGEND)), class_="quiet") if any(ranges) else ""


def _feature(
    name: str, value: FeatureValue, known: Bounds, moved: float | None, language: Language
) -> list[str]:
    number = float(value) if isinstance(value, int | float) else None
    return [
        element("code", text(name)),
        text(_value(name, value, language)),
        drawing(number, known),
        _usual(name, number, known.normal, language),
        _usual(name, number, known.malicious, language),
        text(_meaning(name, language)),
        text(_towards(moved, language)),
    ]


def classic_table(target: Target) -> str:
    """Return the classic block, word for word as the console prints it."""
    lines = "\n".join(text(line) for line in classic_block(target))
    return element("pre", lines, tabindex=0, lang="en")


def _contribution(reason: Reason, largest: float, language: Language) -> list[str]:
    amount = reason.contribution or 0.0
    value = _value(reason.feature, reason.value, language)
    direction = "malicious" if amount > 0 else "normal"
    return [
        text(language(DETECTORS[reason.detector])),
        text(_meaning(reason.feature, language)),
        text(value),
        element("span", f"{_bar(amount, largest)} {amount:+.2f}", class_="number"),
        text(language(direction)),
    ]


def _bar(amount: float, largest: float) -> str:
    """Return a bar to the right for what speaks for malicious, to the left for normal."""
    half = _BAR / 2
    width = half * abs(amount) / largest if largest else 0.0
    x = half if amount > 0 else half - width
    kind = "malicious" if amount > 0 else "normal"
    return (
        f'<svg viewBox="0 0 {_BAR} 12" class="amount" aria-hidden="true">'
        f'<rect x="{x:.1f}" y="1" width="{max(width, 1):.1f}" height="10" class="{kind}"/>'
        f'<path d="M{half} 0v12" class="now"/></svg>'
    )


def _moved(reasons: Sequence[Reason]) -> Mapping[str, float]:
    """Return the sum of contributions by feature over the detectors, for their sign."""
    found: dict[str, float] = {}
    for each in reasons:
        if each.contribution is not None:
            found[each.feature] = found.get(each.feature, 0.0) + each.contribution
    return found


def _towards(amount: float | None, language: Language) -> str:
    if not amount:
        return ""
    return language("towards malicious") if amount > 0 else language("towards normal")


def _usual(name: str, value: float | None, ends: Sequence[float] | None, language: Language) -> str:
    """Return a range, emphasised where the value is outside of it."""
    if ends is None:
        return ""
    low, high = ends
    written = [_value(name, end, language) for end in ends]
    both = (
        written[0] if low == high else language("{low} to {high}", low=written[0], high=written[1])
    )
    if value is not None and not low <= value <= high:
        return element("strong", text(language("outside of {range}", range=both)))
    return text(both)


def _value(name: str, value: FeatureValue, language: Language) -> str:
    return language.value(value_text(name, value))


def _meaning(name: str, language: Language) -> str:
    known = _CONNECTION_NAMES.get(name)
    return language(known) if known else language.phrase(phrase(name))
