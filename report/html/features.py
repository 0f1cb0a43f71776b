"""Features of a target: what moved the detectors, and every value of the strongest row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from report.console import classic_block
from report.html.elements import element, table, text
from report.language import Language
from verdict.document import FeatureValue, Reason, Target
from verdict.wording import DETECTORS, phrase, value_text

_BAR: Final = 160
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


def features(target: Target, language: Language, usual: Mapping[str, Sequence[float]]) -> str:
    """Return the table of all features of the row that FINAL names, beside what is usual."""
    if not target.features:
        return ""
    moved = _moved(target.reasons)
    headings = ("feature", "value", "usual", "what it measures", "moved")
    rows = [
        [
            element("code", text(name)),
            text(_value(name, value, language)),
            _usual(name, value, usual.get(name), language),
            text(_meaning(name, language)),
            text(_towards(moved.get(name), language)),
        ]
        for name, value in target.features.items()
    ]
    return table(
        language("Features"), [text(language(each)) for each in headings], rows, "features"
    )


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


def _usual(name: str, value: FeatureValue, ends: Sequence[float] | None, language: Language) -> str:
    """Return the range of normal servers, emphasised where the value is outside of it."""
    if ends is None:
        return ""
    low, high = ends
    written = [_value(name, end, language) for end in ends]
    both = (
        written[0] if low == high else language("{low} to {high}", low=written[0], high=written[1])
    )
    if isinstance(value, int | float) and not low <= value <= high:
        return element("strong", text(language("outside of {range}", range=both)))
    return text(both)


def _value(name: str, value: FeatureValue, language: Language) -> str:
    return language.value(value_text(name, value))


def _meaning(name: str, language: Language) -> str:
    known = _CONNECTION_NAMES.get(name)
    return language(known) if known else language.phrase(phrase(name))
