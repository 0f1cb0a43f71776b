"""What is malicious in a document, in the terms in which other tools look for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from report.triage import times_of
from verdict.document import Connection, Document, Target

_REASONS: Final = 3  # told beside an indicator, strongest first
_HASH: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # older logs have other identifiers
Kind = Literal["server", "certificate", "domain", "ja3"]


class Key(NamedTuple):
    """What an indicator is of.

    ``value`` is an address, a SHA-256 (or SHA-1, where no other is known), a name or a JA3;
    ``detail`` the port and protocol of a server, as "443/tcp", else empty.
    """

    kind: Kind
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Indicator:
    """Something malicious; ``probability`` is FINAL's, times are of its TLS connections."""

    key: Key
    probability: float
    first_ts: float | None
    last_ts: float | None
    comment: str
    sha1: str | None = None


def indicators(document: Document) -> list[Indicator]:
    """Return the servers, leaf certificates, names in DNS and JA3 of what FINAL calls malicious.

    Sorted, each once, with the highest probability and the widest span of time. Of a client they
    are those of its worst server. An SNI is none: malware may ask for any name.
    """
    found: dict[Key, Indicator] = {}
    for target in document.targets:
        if target.final.verdict == "MALICIOUS":
            for indicator in _of_target(target):
                known = found.get(indicator.key)
                found[indicator.key] = _joined(known, indicator) if known else indicator
    return [found[key] for key in sorted(found)]


def _of_target(target: Target) -> Iterator[Indicator]:
    malicious = target.final.server.server if target.final.server else target.ip
    connections = [each for each in target.connections if each.server == malicious]
    certificates = {one.fingerprint: one for one in target.certificates if one.is_leaf}
    first, last = times_of(target) or (None, None)
    reasons = "; ".join(reason.text for reason in target.reasons[:_REASONS])
    for key in sorted(_keys(target, malicious, connections)):
        certificate = certificates.get(key.value)
        sha1 = certificate.sha1 if certificate else None
        yield Indicator(key, target.final.probability or 0.0, first, last, reasons, sha1)


def _keys(target: Target, server: str, connections: list[Connection]) -> set[Key]:
    ports = {f"{each.server_port}/{each.proto or 'tcp'}" for each in connections}
    keys = {Key("server", server, port) for port in ports}
    leaves = {each.certificates[0] for each in connections if each.certificates}
    keys |= {Key("certificate", leaf) for leaf in leaves if _HASH.fullmatch(leaf)}
    keys |= {Key("ja3", each.ja3) for each in connections if each.ja3}
    if target.role == "server":
        keys |= {Key("domain", name) for name in target.dns_names}
    return keys


def _joined(one: Indicator, other: Indicator) -> Indicator:
    worse = one if one.probability >= other.probability else other
    firsts = [ts for ts in (one.first_ts, other.first_ts) if ts is not None]
    lasts = [ts for ts in (one.last_ts, other.last_ts) if ts is not None]
    return replace(worse, first_ts=min(firsts, default=None), last_ts=max(lasts, default=None))
