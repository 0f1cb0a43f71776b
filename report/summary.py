"""One line a capture: the table of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields

from report.attack_class import counts_text
from report.attacks import Attacks, attack_summary
from report.csv_cells import table
from verdict.document import Document


@dataclass(frozen=True)
class SummaryRow:
    """What a document says in short; probability and server are those of its worst target."""

    name: str
    path: str
    verdict: str
    probability: float | None
    worst_server: str
    malicious_servers: int
    servers: int
    packets: int | None
    first_ts: float | None
    last_ts: float | None
    skipped: str
    attack_classes: str = ""
    attacks: str = ""


def summary_row(name: str, document: Document) -> SummaryRow:
    """Return the row of the document of one capture; its targets are sorted worst first."""
    capture = document.captures[0]
    worst = document.targets[0] if document.targets else None
    attacks = Attacks.of(document)
    return SummaryRow(
        name,
        capture.path,
        worst.final.verdict if worst else "NOT ASSESSED",
        worst.final.probability if worst else None,
        worst.ip if worst else "",
        sum(target.final.verdict == "MALICIOUS" for target in document.targets),
        len(document.targets),
        capture.packets,
        capture.first_ts,
        capture.last_ts,
        _skipped(capture.skipped),
        _classes(attacks),
        "; ".join(attack_summary([attacks])),
    )


def summary(rows: list[SummaryRow]) -> str:
    """Return the rows as CSV, sorted by name."""
    heading = [field.name for field in fields(SummaryRow)]
    return table(heading, map(astuple, sorted(rows, key=lambda row: row.name)))


def _classes(attacks: Attacks) -> str:
    """Return how many flows are of each class, or why that is not known."""
    if attacks.why_not:
        return f"NOT ASSESSED ({attacks.why_not})"
    return counts_text(attacks.classes)


def _skipped(skipped: Mapping[str, int]) -> str:
    return "; ".join(f"{reason}: {count}" for reason, count in skipped.items())
