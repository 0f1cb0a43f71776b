"""Features of a target: what moved the detectors, and every value of the strongest row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from report.console import classic_block
from report.html.elements import element, row, table, table_of, text
from report.html.ranges import Bounds, Drawing, Ranges, bounds
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


class FeatureTable:
    """The table of features of any server; what is the same for all of them is written once."""

    def __init__(self, ranges: Ranges, language: Language) -> None:
        self._ranges = ranges
        self._language = language
        self._kept: dict[str, _Kept] = {}

    def of(self, target: Target) -> str:
        """Return the table of the row that FINAL names, beside what is usual."""
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
        rows = [self._row(name, value, moved.get(name)) for name, value in target.features.items()]
        language = self._language
        head = [text(language(each)) for each in headings]
        return self._legend() + table_of(language("Features"), head, rows, "features")

    def _legend(self) -> str:
        """Return what the drawings mean, where there are any."""
        words = text(self._language(_LEGEND))
        return element("p", words, class_="quiet") if any(self._ranges) else ""

    def _row(self, name: str, value: FeatureValue, moved: float | None) -> str:
        """Return a row; servers often have the same value, whose row is written once."""
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = _kept(name, bounds(self._ranges, name), self._language)
        towards = _towards(moved)
        key = repr(value), towards  # by repr, for 1.0, 1 and yes differ
        if key not in kept.rows:
            kept.rows[key] = row(_cells(kept, value, towards, self._language))
        return kept.rows[key]


class _Range(NamedTuple):
    """A range in words, as it is said of a value within it and of one outside."""

    ends: Sequence[float] | None
    written: Sequence[str]
    within: str
    outside: str

    def beside(self, value: float | None, shown: str) -> str:
        """Return the range, emphasised where the value is outside of it, as a reader sees it."""
        if self.ends is None or value is None or self.ends[0] <= value <= self.ends[1]:
            return self.within
        return self.within if shown in self.written else self.outside


class _Kept(NamedTuple):
    """What the rows of a feature have in common, and those that were written."""

    name: str
    markup: str
    meaning: str
    drawing: Drawing
    normal: _Range
    malicious: _Range
    rows: dict[tuple[str, str], str]


def _cells(kept: _Kept, value: FeatureValue, towards: str, language: Language) -> list[str]:
    number = float(value) if isinstance(value, int | float) else None
    shown = _value(kept.name, value, language)
    return [
        kept.markup,
        text(shown),
        kept.drawing.of(number),
        kept.normal.beside(number, shown),
        kept.malicious.beside(number, shown),
        kept.meaning,
        text(language(towards)),
    ]


def _kept(name: str, known: Bounds, language: Language) -> _Kept:
    return _Kept(
        name,
        element("code", text(name)),
        text(_meaning(name, language)),
        Drawing(known),
        _range(name, known.normal, language),
        _range(name, known.malicious, language),
        {},
    )


def _range(name: str, ends: Sequence[float] | None, language: Language) -> _Range:
    if ends is None:
        return _Range(None, (), "", "")
    low, high = (_value(name, end, language) for end in ends)
    both = low if low == high else language("{low} to {high}", low=low, high=high)
    outside = text(language("outside of {range}", range=both))
    return _Range(ends, (low, high), text(both), element("strong", outside))


def classic_table(target: Target) -> str:
    """Return the classic block, word for word as the console prints it."""
    lines = "\n".join(text(line) for line in classic_block(target))
    return element("pre", lines, tabindex=0, lang="en")


def _contribution(reason: Reason, largest: float, language: Language) -> list[str]:
    amount = reason.contribution or 0.0
    value = _value(reason.feature, reason.value, language)
    direction = "malicious" if amount > 0 else "normal"
    return [
        text(language(DETECTORS.get(reason.detector, reason.detector))),
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


def _towards(amount: float | None) -> str:
    if not amount:
        return ""
    return "towards malicious" if amount > 0 else "towards normal"


def _value(name: str, value: FeatureValue, language: Language) -> str:
    return language.value(value_text(name, value))


def _meaning(name: str, language: Language) -> str:
    known = _CONNECTION_NAMES.get(name)
    return language(known) if known else language.phrase(phrase(name))
