"""From scored logs to the result document, for the addresses asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from capture.logs import CaptureInfo, Logs
from verdict.document import Capture, Document, Engine, Role, Target
from verdict.known_certificates import KnownCertificates
from verdict.scoring import Scored
from verdict.server_row import gather
from verdict.target import Explained, assess_target
from verdict.targets import roles

# Of all servers the worst so many; a row takes about 0.1 s, and who looks at more asks for it.
EXPLAINED_SERVERS: Final = 100


def assess(
    scored: Scored, addresses: Sequence[str] | None, known: KnownCertificates | None
) -> Document:
    """Return the document for the addresses (in normal form), or for all servers (None).

    An address that is client and server gives two targets. ``known`` is None when the certificate
    database cannot be read. What moved the detectors is told for addresses that were asked for,
    and of all servers for the worst malicious ones. Targets are sorted worst first.
    """
    rows = gather(scored, addresses)
    targets = []
    for number, (ip, role) in enumerate(_wanted(scored, addresses)):
        explained: Explained = "always" if addresses is not None else "if malicious"
        if addresses is None and number >= EXPLAINED_SERVERS:
            explained = "never"
        own = rows.get((ip, role), [])
        targets.append(assess_target(scored, ip, role, own, known, explained))
    return document(scored.logs, targets, scored.models.server.normal_ranges)


def document(
    logs: Logs, targets: Iterable[Target], usual: Mapping[str, tuple[float, float]]
) -> Document:
    """Return the document of these targets; ``usual`` are the ranges of normal servers."""
    engine = Engine(logs.engine_name, logs.engine_version)
    return in_order(engine, map(capture, logs.captures), targets, usual)


def in_order(
    engine: Engine,
    captures: Iterable[Capture],
    targets: Iterable[Target],
    usual: Mapping[str, tuple[float, ...]],
) -> Document:
    """Return a document, captures sorted by path and targets worst first."""
    return Document(
        engine,
        tuple(sorted(captures, key=lambda one: one.path)),
        tuple(sorted(targets, key=_worst_first)),
        dict(usual),
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
    probability = target.final.probability
    malicious = target.final.verdict == "MALICIOUS"
    return not malicious, 1.0 if probability is None else -probability, target.ip, target.role
