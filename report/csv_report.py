"""The result document as CSV, one row a target: features first, classic ones before others."""

from __future__ import annotations

from typing import Final

from report.attack_class import counts_text
from report.csv_cells import table
from report.selection import Selection
from report.text import moment
from report.triage import TriageRow
from verdict.document import FeatureValue, Target

_VERDICTS: Final = (
    "role",
    "final_verdict",
    "final_probability",
    "certificate_database",
    "module1",
    "random_forest",
    "gbdt",
    "conversation",
    "conversation_probability",
    "attack_class",
    "flows_by_class",
    "client",
    "server",
    "port",
    "proto",
    "connections",
    "first_seen",
    "last_seen",
    "names",
    "reasons",
    "allowed_by",
    "uid",
    "community_id",
    "display_filter",
)
_FIRST: Final = 10  # uids and community ids named; all of them stand in the JSON


def csv_report(selection: Selection) -> str:
    """Return the rows in the order of the selection; detectors' columns hold probabilities.

    Client, server, port and features are those of the row that FINAL names; times are UTC.
    """
    targets = [each.target for each in selection.shown]
    features = list(dict.fromkeys(name for target in targets for name in target.features))
    rows = [
        [target.ip, *(target.features.get(name) for name in features), *_verdicts(target, row)]
        for target, row in selection.shown
    ]
    return table(["ip", *features, *_VERDICTS], rows)


def _verdicts(target: Target, row: TriageRow) -> list[FeatureValue]:
    server = target.final.server
    key: list[FeatureValue] = [None] * 4
    if server:
        key = [server.client, server.server, server.port, server.proto]
    return [
        row.role,
        row.verdict,
        row.probability,
        row.certificate_database,
        row.module1,
        row.random_forest,
        row.gbdt,
        row.conversation_verdict,
        row.conversation,
        row.attack_class,
        counts_text(target.detectors.attack_class),
        *key,
        row.connections,
        None if row.first_ts is None else moment(row.first_ts),
        None if row.last_ts is None else moment(row.last_ts),
        list(row.names),
        "; ".join(row.reasons),
        list(row.allowed_by),
        list(row.uids[:_FIRST]),
        list(row.community_ids[:_FIRST]),
        row.filter,
    ]
