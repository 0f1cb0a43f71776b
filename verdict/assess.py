"""From scored logs to the result document, for the addresses asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from capture.logs import CaptureInfo, Logs
from verdict.connection_record import verdict_of
from verdict.document import DECIMALS, Capture, Document, Engine, Role, Target
from verdict.known_certificates import KnownCertificates
from verdict.reasons import Explanations
from verdict.scoring import Scored
from verdict.server_row import ServerRow, gather
from verdict.target import assess_target
from verdict.targets import roles

# Of all servers the worst so many; a row takes a hundredth of a second, and who looks at more asks.
EXPLAINED_SERVERS: Final = 100


def assess(
    scored: Scored, addresses: Sequence[str] | None, known: KnownCertificates | None
) -> Document:
    """Return the document for the addresses (in normal form), or for all servers (None).

    An address that is client and server gives two targets. ``known`` is None when the certificate
    database cannot be read. What moved the detectors is told for addresses that were asked for,
    and of all servers for the worst malicious ones. Targets are sorted worst first.
    """
    known = known and known.apart_from(scored.connections["ts"].drop_nulls())
    rows = gather(scored, addresses)
    wanted = [(ip, role, rows.get((ip, role), [])) for ip, role in _wanted(scored, addresses)]
    explained = len(wanted) if addresses is not None else EXPLAINED_SERVERS
    worst = [own[0] for *_, own in wanted[:explained] if own]
    explanations = _explanations(scored, worst, of_normal=addresses is not None)
    targets = [
        assess_target(scored, ip, role, own, known, explanations if number < explained else None)
        for number, (ip, role, own) in enumerate(wanted)
    ]
    found = document(scored.logs, targets)
    ranges = scored.models.server
    return replace(
        found,
        usual=dict(ranges.normal_ranges),
        usual_of_malicious=dict(ranges.malicious_ranges),
    )


def _explanations(scored: Scored, worst: Iterable[ServerRow], *, of_normal: bool) -> Explanations:
    """Return explanations for the worst rows of targets, all of them or the malicious ones."""
    threshold = scored.models.final.threshold
    keys = [
        row.key
        for row in worst
        if of_normal or verdict_of(row.scores["final"], threshold) == "MALICIOUS"
    ]
    return Explanations(scored, keys, of_normal=of_normal)


def document(logs: Logs, targets: Iterable[Target]) -> Document:
    """Return the document of these targets, without the ranges of training."""
    engine = Engine(logs.engine_name, logs.engine_version)
    return in_order(engine, map(capture, logs.captures), targets)


def in_order(engine: Engine, captures: Iterable[Capture], targets: Iterable[Target]) -> Document:
    """Return a document, captures sorted by path and bytes, targets worst first."""
    return Document(
        engine,
        tuple(sorted(captures, key=lambda one: (one.path, one.sha256 or ""))),
        tuple(sorted(targets, key=_worst_first)),
    )


def capture(info: CaptureInfo) -> Capture:
    """Return the document's record of one input; one that could not be read has no digest."""
    skipped = {reason: int(count) for reason, count in sorted(info.skipped.items())}
    digest = info.sha256 or None
    return Capture(info.path, digest, info.packets, skipped, info.first_ts, info.last_ts)


def _wanted(scored: Scored, addresses: Sequence[str] | None) -> list[tuple[str, Role]]:
    """Return the addresses with their roles, all servers in the order of FINAL."""
    if addresses is None:
        servers = scored.servers["server"].unique(maintain_order=True)
        return [(server, "server") for server in servers]
    return [
        (address, role)
        for address in dict.fromkeys(addresses)
        for role in roles(scored.logs, scored.servers, address)
    ]


def _worst_first(target: Target) -> tuple[bool, float, str, str]:
    """Order by what is stored of probabilities, as documents that are read back are ordered."""
    probability = target.final.probability
    likely = 1.0 if probability is None else -round(probability, DECIMALS)
    return target.final.verdict != "MALICIOUS", likely, target.ip, target.role
