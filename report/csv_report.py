"""The result document as CSV, one row a target: verdicts first, then the relevant features."""

from __future__ import annotations

import csv
import io
from typing import Final

from verdict.document import Document, FeatureValue, Target

_VERDICTS: Final = (
    "ip",
    "role",
    "final_verdict",
    "final_probability",
    "client",
    "server",
    "port",
    "proto",
    "connections",
    "certificate_database",
    "module1",
    "random_forest",
    "gbdt",
    "reasons",
)


def csv_report(document: Document) -> str:
    """Return the rows in the document's order; detectors' columns hold probabilities."""
    features = list(dict.fromkeys(name for target in document.targets for name in target.features))
    result = io.StringIO()
    writer = csv.writer(result, lineterminator="\n")
    writer.writerow([*_VERDICTS, *features])
    for target in document.targets:
        cells = [_cell(target.features.get(name)) for name in features]
        writer.writerow([*_verdicts(target), *cells])
    return result.getvalue()


def _verdicts(target: Target) -> list[str]:
    final, detectors, server = target.final, target.detectors, target.final.server
    key = (server.client, server.server, server.port, server.proto) if server else [None] * 4
    values: list[FeatureValue] = [
        target.ip,
        target.role,
        final.verdict,
        final.probability,
        *key,
        len(detectors.module1.connections),
        detectors.certificate_database.verdict,
        detectors.module1.probability,
        detectors.random_forest.probability,
        detectors.gbdt.probability,
        "; ".join(reason.text for reason in target.reasons),
    ]
    return [_cell(value) for value in values]


def _cell(value: FeatureValue) -> str:
    """Return a cell: numbers with six decimals at most, nothing for what is missing.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return _cell(",".join(value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return str(round(value, 6))
