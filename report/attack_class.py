"""The attack classes of flows as text."""

from __future__ import annotations

from typing import Final

from report.language import ENGLISH, Language
from verdict.attack_class import AttackClasses, AttackFlow

_PAIRS_SHOWN: Final = 10
_REPETITIONS_SHOWN: Final = 10
_SCAN: Final = "Infilteration"
_INJECTIONS: Final = ("Brute Force -XSS", "SQL Injection")
_MODELS: Final = "models"
NOT_ATTACKS: Final = ("Benign", "NOT ASSESSED")


def attack_class_lines(found: AttackClasses, language: Language = ENGLISH) -> list[str]:
    """Return the class with how many flows are of it, then what it rests on; nothing without flows.

    A flow that is called an attack does not change FINAL.
    """
    if not found.counts:
        return []
    total = sum(found.counts.values())
    first = language(
        "attack class: {verdict} ({counts} of {flows})",
        verdict=language(found.verdict),
        counts=_counts(found, language),
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
    return "; ".join(f"{name}: {found.counts[name]}" for name in _ordered(found))


def attack_rows(found: AttackClasses) -> list[tuple[str, ...]]:
    """Return a row for each pair and class of the listed attack flows, most flows first.

    Columns: class, client, server, ports separated by spaces, flows, what it rests on.
    """
    pairs: dict[tuple[str, str, str, str], list[int]] = {}
    for flow in found.flows:
        key = (flow.attack_class, flow.client, flow.server, _rests_on(flow))
        pairs.setdefault(key, []).append(flow.server_port)
    ordered = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        (kind, client, server, " ".join(map(str, sorted(set(ports)))), str(len(ports)), basis)
        for (kind, client, server, basis), ports in ordered
    ]


def attack_summary(found: AttackClasses | None, language: Language = ENGLISH) -> list[str]:
    """Return a line for each of the pairs with most attack flows, nothing where there are none."""
    rows = [] if found is None else attack_rows(found)
    shown = [_pair(row, language) for row in rows[:_PAIRS_SHOWN]]
    hidden = len(rows) - len(shown)
    if not hidden:
        return shown
    pairs = language.counted(hidden, "more pair")
    return [*shown, language("attacks between {pairs}", pairs=pairs)]


def _pair(row: tuple[str, ...], language: Language) -> str:
    kind, client, server, ports, count, basis = row
    form = "{kind}: {client} -> {server} port {ports}, {flows} ({basis})"
    if " " in ports:
        form = "{kind}: {client} -> {server}, {ports}, {flows} ({basis})"
        ports = language.counted(len(ports.split()), "port")
    return language(
        form,
        kind=language(kind),
        client=client,
        server=server,
        ports=ports,
        flows=language.counted(int(count), "flow"),
        basis=language.reason(basis) if basis != _MODELS else language(_MODELS),
    )


def _rests_on(flow: AttackFlow) -> str:
    return flow.evidence or _MODELS


def _counts(found: AttackClasses, language: Language) -> str:
    return ", ".join(f"{language(name)} {found.counts[name]:,}" for name in _ordered(found))


def _ordered(found: AttackClasses) -> list[str]:
    """Return the classes that there are, attacks first, those of most flows before others."""
    counts = found.counts
    return sorted(counts, key=lambda name: (name in NOT_ATTACKS, -counts[name], name))
