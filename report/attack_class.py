"""The attack classes of flows as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from report.language import ENGLISH, Language
from verdict.attack_class import AttackClasses

_REPETITIONS_SHOWN: Final = 10
_SCAN: Final = "Infilteration"
_INJECTIONS: Final = ("Brute Force -XSS", "SQL Injection")
NOT_ATTACKS: Final = ("Benign", "NOT ASSESSED")


def attack_class_lines(
    found: AttackClasses, why_not: str, language: Language = ENGLISH
) -> list[str]:
    """Return the class with how many flows are of it, then what it rests on.

    Without flows it is NOT ASSESSED, and ``why_not`` says why. A flow that is called an attack does
    not change FINAL.
    """
    if not found.counts:
        return [language("attack class: NOT ASSESSED ({why})", why=language(why_not))]
    total = sum(found.counts.values())
    first = language(
        "attack class: {verdict} ({counts} of {flows})",
        verdict=language(found.verdict),
        counts=counts_of(found.counts, language),
        flows=language.counted(total, "flow"),
    )
    return [first, *_repetitions(found, language)]


def _repetitions(found: AttackClasses, language: Language) -> list[str]:
    """Return what was counted; who scans a network has a line for each server, so not all."""
    kinds = {flow.evidence: flow.attack_class for flow in found.flows if flow.evidence}
    shown = list(kinds.items())[:_REPETITIONS_SHOWN]
    lines = [_repetition(kind, language.reason(text), language) for text, kind in shown]
    hidden = len(kinds) - len(shown)
    if not hidden:
        return lines
    return [*lines, language("further repetitions like these: {count}", count=hidden)]


def _repetition(kind: str, evidence: str, language: Language) -> str:
    if kind == _SCAN:
        return language("port scan: {evidence}", evidence=evidence)
    if kind in _INJECTIONS:
        return language("code in requests: {evidence}", evidence=evidence)
    return language("repeated logins: {evidence}", evidence=evidence)


def counts_text(found: AttackClasses | None) -> str:
    """Return how many flows are of each class, attacks first, as ``Benign: 3; NOT ASSESSED: 1``."""
    if found is None:
        return ""
    return "; ".join(f"{name}: {found.counts[name]}" for name in _ordered(found.counts))


def counts_of(counts: Mapping[str, int], language: Language) -> str:
    """Return how many flows are of each class in words, attacks first."""
    return ", ".join(f"{language(name)} {counts[name]:,}" for name in _ordered(counts))


def _ordered(counts: Mapping[str, int]) -> list[str]:
    """Return the classes that there are, attacks first, those of most flows before others."""
    return sorted(counts, key=lambda name: (name in NOT_ATTACKS, -counts[name], name))
