"""The flows that are called an attack, by pair of addresses, of servers without TLS too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from report.attack_class import NOT_ATTACKS, counts_of
from report.language import ENGLISH, Language
from verdict.attack_class import AttackClasses, AttackFlow
from verdict.document import Capture, Document

NO_FLOWS: Final = "no packets of this address were classified"
_NO_PACKETS: Final = "Zeek logs hold no packets"
_NO_CLASSES: Final = "no packets were classified"
_MODELS: Final = "models"
_PAIRS_SHOWN: Final = 10


class Attacks(NamedTuple):
    """The attack classes of all flows of one document.

    ``capture`` names it where several captures were looked at each by itself. ``why_not`` says why
    there are no classes; it is empty where nothing could be read.
    """

    classes: AttackClasses | None
    capture: str = ""
    why_not: str = ""

    @classmethod
    def of(cls, document: Document, capture: str = "") -> Attacks:
        """Return what a document says of all flows."""
        return cls(document.attack_classes, capture, why_not_assessed(document))

    @property
    def attack_flows(self) -> int:
        """How many flows are called an attack."""
        counts = self.classes.counts if self.classes else {}
        return sum(count for name, count in counts.items() if name not in NOT_ATTACKS)


class AttackRow(NamedTuple):
    """Flows of one class between two addresses; ``basis`` is what the class rests on, in words."""

    kind: str
    client: str
    server: str
    ports: tuple[int, ...]
    flows: int
    basis: str
    capture: str = ""

    def ports_text(self, language: Language) -> str:
        """Return the port, or how many there are."""
        if len(self.ports) == 1:
            return str(self.ports[0])
        return language.counted(len(self.ports), "port")

    def basis_text(self, language: Language) -> str:
        """Return what the class rests on in the reader's language."""
        return language(self.basis) if self.basis == _MODELS else language.reason(self.basis)


def why_not_assessed(document: Document) -> str:
    """Return why a document has no attack classes; empty where it has, or nothing was read."""
    read = [each for each in document.captures if each.sha256]
    if document.attack_classes is not None or not read:
        return ""
    return _NO_CLASSES if any(map(_has_packets, read)) else _NO_PACKETS


def _has_packets(capture: Capture) -> bool:
    return capture.packets is not None


def attack_rows(parts: Iterable[Attacks]) -> list[AttackRow]:
    """Return a row for each pair and class of the listed attack flows, most flows first.

    Flows of captures that were looked at each by itself have rows of their own.
    """
    rows = [row for part in parts if part.classes for row in _rows(part.classes, part.capture)]
    return sorted(rows, key=lambda row: (-row.flows, row))


def _rows(found: AttackClasses, capture: str) -> list[AttackRow]:
    pairs: dict[tuple[str, str, str, str], list[int]] = {}
    for flow in found.flows:
        key = (flow.attack_class, flow.client, flow.server, _rests_on(flow))
        pairs.setdefault(key, []).append(flow.server_port)
    return [
        AttackRow(kind, client, server, tuple(sorted(set(ports))), len(ports), basis, capture)
        for (kind, client, server, basis), ports in pairs.items()
    ]


def attack_summary(parts: Sequence[Attacks], language: Language = ENGLISH) -> list[str]:
    """Return a line for each of the pairs with most attack flows, nothing where there are none."""
    rows = attack_rows(parts)
    shown = [_pair(row, language) for row in rows[:_PAIRS_SHOWN]]
    hidden = len(rows) - len(shown)
    if not hidden:
        return shown
    pairs = language.counted(hidden, "more pair")
    return [*shown, language("attacks between {pairs}", pairs=pairs)]


def not_assessed_lines(parts: Sequence[Attacks], language: Language = ENGLISH) -> list[str]:
    """Return a line for each reason for which flows have no attack classes."""
    reasons = sorted({part.why_not for part in parts if part.why_not})
    return [_not_assessed(parts, why, language) for why in reasons]


def _not_assessed(parts: Sequence[Attacks], why: str, language: Language) -> str:
    count = sum(part.why_not == why for part in parts)
    if len(parts) == 1:
        return language("attack classes: NOT ASSESSED ({why})", why=language(why))
    inputs = language.counted(count, "input")
    form = "attack classes of {inputs}: NOT ASSESSED ({why})"
    return language(form, inputs=inputs, why=language(why))


def attack_count(parts: Sequence[Attacks], language: Language) -> str:
    """Return how many flows are called an attack, and which; empty where there are none."""
    total = sum(part.attack_flows for part in parts)
    if not total:
        return ""
    kinds = counts_of(_attack_counts(parts), language)
    told = "flows that are called an attack: {count} ({kinds})"
    return language(told, count=f"{total:,}", kinds=kinds)


def _attack_counts(parts: Iterable[Attacks]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        for name, count in part.classes.counts.items() if part.classes else ():
            if name not in NOT_ATTACKS:
                counts[name] = counts.get(name, 0) + count
    return counts


def _pair(row: AttackRow, language: Language) -> str:
    form = "{kind}: {client} -> {server} port {ports}, {flows} ({basis})"
    if len(row.ports) > 1:
        form = "{kind}: {client} -> {server}, {ports}, {flows} ({basis})"
    line = language(
        form,
        kind=language(row.kind),
        client=row.client,
        server=row.server,
        ports=row.ports_text(language),
        flows=language.counted(row.flows, "flow"),
        basis=row.basis_text(language),
    )
    if not row.capture:
        return line
    return f"{line} {language('in {capture}', capture=row.capture)}"


def _rests_on(flow: AttackFlow) -> str:
    return flow.evidence or _MODELS
