"""The verdict on one address in one role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from verdict.connection_record import certificate_records, connection_records, verdict_of
from verdict.document import (
    CertificateDatabaseResult,
    CertificateMatch,
    ConnectionDetector,
    Detectors,
    FeatureValue,
    FinalVerdict,
    Reason,
    Role,
    Server,
    ServerDetector,
    Target,
)
from verdict.known_certificates import KnownCertificates, Leaf, decides, is_found
from verdict.limits import limits, not_assessed
from verdict.reasons import Explanations, match_reasons, reasons_of
from verdict.row_evidence import row_evidence
from verdict.scoring import Models, Scored
from verdict.server_row import ServerRow

CONNECTION_FEATURES: Final = ("tlsSubject", "tlsIssuerDn", "tlsSni")


def assess_target(
    scored: Scored,
    ip: str,
    role: Role,
    rows: Sequence[ServerRow],
    known: KnownCertificates | None,
    explanations: Explanations | None,
) -> Target:
    """Return the verdict on an address from its server rows, worst first.

    A detector's probability is the highest of the rows; FINAL names the row that it is of.
    ``explanations`` tell what moved the detectors on that row, if that is wanted.
    """
    database, deciding = _certificate_database(rows, known)
    strongest = deciding or (rows[0] if rows else None)
    final = _final(scored.models, strongest, decided=deciding is not None)
    detectors = Detectors(
        database,
        _connection_detector(scored.models, rows),
        _server_detector("random_forest", scored.models, rows),
        _server_detector("gbdt", scored.models, rows),
    )
    return Target(
        ip,
        role,
        final,
        detectors,
        _reasons(final, strongest, rows, database.matches, explanations),
        limits([row.seen for row in rows]) if rows else not_assessed(scored.logs, ip, role),
        _relevant_features(strongest) if strongest else {},
        certificate_records(rows),
        tuple(sorted({name for row in rows for name in row.seen.dns_names})),
    )


def _certificate_database(
    rows: Sequence[ServerRow], known: KnownCertificates | None
) -> tuple[CertificateDatabaseResult, ServerRow | None]:
    """Return what the database knows, and the worst row of which it decides FINAL alone."""
    if known is None:
        return CertificateDatabaseResult("NOT ASSESSED"), None
    matches = known.matches(leaf for row in rows for leaf in _leaves(row))
    deciding = None
    if any(decides(match) for match in matches):
        own = (row for row in rows if any(map(decides, known.matches(_leaves(row)))))
        deciding = next(own, None)
    if any(is_found(match) for match in matches):
        return CertificateDatabaseResult("FOUND", matches), deciding
    visible = any(connection.leaf for row in rows for connection in row.seen.connections)
    return CertificateDatabaseResult("NOT FOUND" if visible else "NOT ASSESSED", matches), None


def _leaves(row: ServerRow) -> Iterator[Leaf]:
    return (connection.shown() for connection in row.seen.connections)


def _final(models: Models, row: ServerRow | None, *, decided: bool) -> FinalVerdict:
    threshold = models.final.threshold
    if row is None:
        return FinalVerdict("NOT ASSESSED", None, threshold, None)
    if decided:
        return FinalVerdict("MALICIOUS", 1.0, threshold, row.key)
    probability = row.scores["final"]
    return FinalVerdict(verdict_of(probability, threshold), probability, threshold, row.key)


def _connection_detector(models: Models, rows: Sequence[ServerRow]) -> ConnectionDetector:
    threshold = models.connection.threshold
    probability = _highest(rows, "module1")
    return ConnectionDetector(
        verdict_of(probability, threshold),
        probability,
        threshold,
        connection_records(rows, threshold),
    )


def _server_detector(name: str, models: Models, rows: Sequence[ServerRow]) -> ServerDetector:
    threshold = models.server.thresholds[name]
    probability = _highest(rows, name)
    ordered = sorted(rows, key=lambda row: (row.key.server, row.key.port, row.key.client))
    servers = [
        Server(
            row.key.client,
            row.key.server,
            row.key.port,
            row.key.proto,
            row.scores[name],
            verdict_of(row.scores[name], threshold),
            row.features,
        )
        for row in ordered
    ]
    return ServerDetector(
        verdict_of(probability, threshold), probability, threshold, tuple(servers)
    )


def _highest(rows: Sequence[ServerRow], column: str) -> float | None:
    known = [row.scores[column] for row in rows if row.scores[column] is not None]
    return max(known, default=None)


def _relevant_features(row: ServerRow) -> dict[str, FeatureValue]:
    """Return the names of one connection, then the features of the server row.

    It is the most suspicious of those that show a certificate, or of all where none does.
    """
    connection: dict[str, Any] = max(
        row.connections,
        key=lambda row: (row["tlsIssuerDn"] is not None, row["probability"] or 0.0),
        default={},
    )
    names = {name: connection.get(name) for name in CONNECTION_FEATURES}
    return {**names, **row.features}


def _reasons(
    final: FinalVerdict,
    row: ServerRow | None,
    rows: Sequence[ServerRow],
    matches: Sequence[CertificateMatch],
    explanations: Explanations | None,
) -> tuple[Reason, ...]:
    """Return what decides, evidence, other known certificates, and what moved the detectors."""
    reasons = match_reasons([match for match in matches if decides(match)])
    hints = match_reasons([match for match in matches if not decides(match)])
    if row is None:
        return (*reasons, *hints)
    reasons += [*row_evidence(row.seen, [each.seen for each in rows]), *hints]
    malicious = final.verdict == "MALICIOUS"
    if explanations is not None and (malicious or explanations.of_normal):
        reasons += reasons_of(explanations[row.key], malicious=malicious)
    return tuple(reasons)
