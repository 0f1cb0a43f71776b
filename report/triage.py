"""One row a server: what a table, a line of JSON or another tool needs to know of a target."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from report.display_filter import target_filter
from verdict.conversation_document import ConversationVerdict
from verdict.document import DatabaseVerdict, Role, Target, Verdict

_DECIMALS: Final = 6


@dataclass(frozen=True)
class TriageRow:
    """A target in short; times are those of the first and the last TLS connection.

    ``capture`` names the one it was seen in, if each was looked at by itself. ``peers`` are the
    addresses at the other ends, first that of the server which the verdict on a client rests on;
    ``uids`` and ``community_ids`` those of the TLS connections by
    time, ``allowed_by`` the entries of the allowlist that cover all of them, ``filter`` a display
    filter for Wireshark.
    """

    capture: str
    ip: str
    role: Role
    ports: tuple[str, ...]
    peers: tuple[str, ...]
    names: tuple[str, ...]
    verdict: Verdict
    probability: float | None
    module1: float | None
    random_forest: float | None
    gbdt: float | None
    conversation: float | None
    conversation_verdict: ConversationVerdict
    attack_class: str
    certificate_database: DatabaseVerdict
    connections: int
    first_ts: float | None
    last_ts: float | None
    reasons: tuple[str, ...]
    allowed_by: tuple[str, ...]
    filter: str
    uids: tuple[str, ...]
    community_ids: tuple[str, ...]


def triage_row(target: Target, allowed_by: tuple[str, ...] = (), capture: str = "") -> TriageRow:
    """Return the row of a target."""
    detectors = target.detectors
    times = times_of(target) or (None, None)
    return TriageRow(
        capture=capture,
        ip=target.ip,
        role=target.role,
        ports=_ports(target),
        peers=_peers(target),
        names=names_of(target),
        verdict=target.final.verdict,
        probability=target.final.probability,
        module1=detectors.module1.probability,
        random_forest=detectors.random_forest.probability,
        gbdt=detectors.gbdt.probability,
        conversation=detectors.conversation.probability,
        conversation_verdict=detectors.conversation.verdict,
        attack_class=detectors.attack_class.verdict,
        certificate_database=detectors.certificate_database.verdict,
        connections=len(target.connections),
        first_ts=times[0],
        last_ts=times[1],
        reasons=tuple(reason.text for reason in target.reasons),
        allowed_by=allowed_by,
        filter=target_filter(target),
        uids=tuple(each.uid for each in target.connections),
        community_ids=_distinct(each.community_id for each in target.connections),
    )


def names_of(target: Target) -> tuple[str, ...]:
    """Return the server names (SNI) asked for, most frequent first, then other names in DNS."""
    asked = Counter(each.sni for each in target.connections if each.sni)
    names = sorted(asked, key=lambda name: (-asked[name], name))
    return _distinct([*names, *target.dns_names])


def times_of(target: Target) -> tuple[float, float] | None:
    """Return when the first and the last TLS connection of a target began; None if unknown."""
    times = [each.ts for each in target.connections if each.ts is not None]
    return (min(times), max(times)) if times else None


def json_lines(rows: Sequence[TriageRow]) -> str:
    """Return a line of JSON for each row, numbers rounded to six decimals."""
    return "".join(f"{json.dumps(_rounded(row), ensure_ascii=False)}\n" for row in rows)


def _ports(target: Target) -> tuple[str, ...]:
    ports = {(each.server_port, each.proto or "tcp") for each in target.connections}
    return tuple(f"{port}/{proto}" for port, proto in sorted(ports))


def _peers(target: Target) -> tuple[str, ...]:
    ends = ((each.client, each.server) for each in target.connections)
    if target.role == "server":
        return tuple(sorted({client for client, _ in ends}))
    strongest = target.final.server.server if target.final.server else None
    return tuple(sorted({server for _, server in ends}, key=lambda each: (each != strongest, each)))


def _distinct(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _rounded(row: TriageRow) -> dict[str, object]:
    return {
        name: round(value, _DECIMALS) if isinstance(value, float) else value
        for name, value in asdict(row).items()
    }
