"""The attack classes of all flows, those of servers without TLS too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from report.attack_class import counts_of
from report.attacks import AttackRow, Attacks, attack_rows, not_assessed_lines
from report.html.elements import bullets, element, row, table_of, text
from report.language import Language

_SHOWN: Final = 200  # pairs; all flows that are listed stand in the embedded document


def attack_section(parts: Sequence[Attacks], language: Language) -> str:
    """Return who attacked whom with how many flows, and what the class of each rests on.

    Empty where nothing is known of any flow, nor why.
    """
    lines = [*_counts(parts, language), *not_assessed_lines(parts, language)]
    if not lines:
        return ""
    title = element("h2", text(language("Attack classes of all flows")), id="attacks")
    note = language("A hint beside the verdicts: FINAL does not use it.")
    return element(
        "section",
        title
        + element("p", text(note), class_="quiet")
        + bullets(map(text, lines))
        + _table(parts, language),
        aria_labelledby="attacks",
    )


def _counts(parts: Sequence[Attacks], language: Language) -> list[str]:
    """Return how many flows are of each class, for each capture that was looked at by itself."""
    lines = []
    for part in parts:
        if part.classes and part.classes.counts:
            total = language.counted(sum(part.classes.counts.values()), "flow")
            line = f"{total}: {counts_of(part.classes.counts, language)}"
            lines.append(f"{part.capture}: {line}" if part.capture else line)
    return lines


def _table(parts: Sequence[Attacks], language: Language) -> str:
    rows = attack_rows(parts)
    if not rows:
        return ""
    headings = ["class", "attacker", "attacked", "port", "flows", "evidence"]
    caption = language("Who attacked whom, most flows first")
    body = (row(_cells(each, language)) for each in rows[:_SHOWN])
    head = [text(language(each)) for each in headings]
    return table_of(caption, head, body, shows_caption=True) + _rest(parts, rows, language)


def _cells(each: AttackRow, language: Language) -> list[str]:
    basis = each.basis_text(language)
    if each.capture:
        basis = f"{basis} {language('in {capture}', capture=each.capture)}"
    return [
        text(language(each.kind)),
        text(each.client),
        text(each.server),
        text(each.ports_text(language)),
        element("span", f"{each.flows:,}", class_="number"),
        text(basis),
    ]


def _rest(parts: Sequence[Attacks], rows: Sequence[AttackRow], language: Language) -> str:
    """Return what the table lacks: further pairs, and flows beyond those that are listed."""
    lines = []
    if len(rows) > _SHOWN:
        lines.append(language("and {count} more in the document", count=len(rows) - _SHOWN))
    listed = sum(len(part.classes.flows) for part in parts if part.classes)
    if sum(part.attack_flows for part in parts) > listed:
        lines.append(language("the first {count} are shown", count=f"{listed:,}"))
    return "".join(element("p", text(line)) for line in lines)
