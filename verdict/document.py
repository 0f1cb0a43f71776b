"""The result document: what the detectors found, frozen and versioned; every report renders it.

Times are seconds since the Unix epoch. Identical input gives an identical document: it holds no
time of day, no path but those the user gave, and every list is sorted. A field that a later
program adds has a default, so that a document of an earlier one can still be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from verdict.attack_class import AttackClasses
from verdict.conversation_document import CaptureConversations, ConversationDetector

SCHEMA_VERSION: Final = 1
DECIMALS: Final = 6
"""To which numbers are rounded; times are so precise to the microsecond."""

Verdict = Literal["MALICIOUS", "NORMAL", "NOT ASSESSED"]
DatabaseVerdict = Literal["FOUND", "NOT FOUND", "NOT ASSESSED"]
Role = Literal["server", "client"]
FeatureValue = str | int | float | bool | list[str] | None  # whole numbers stay so in JSON


@dataclass(frozen=True)
class Engine:
    """What made the logs."""

    name: str
    version: str


@dataclass(frozen=True)
class Capture:
    """One input; ``skipped`` counts what could not be analysed, by reason."""

    path: str
    sha256: str | None
    packets: int | None
    skipped: Mapping[str, int]
    first_ts: float | None
    last_ts: float | None
    conversation: CaptureConversations = field(default_factory=CaptureConversations)


@dataclass(frozen=True)
class ServerKey:
    """The connections of one client to one port of one server."""

    client: str
    server: str
    port: int
    proto: str


@dataclass(frozen=True)
class FinalVerdict:
    """The combined verdict; ``server`` is the strongest row, whose probability this is.

    A confirmed or imported entry of the certificate database decides alone: the verdict is then
    MALICIOUS and the probability 1.
    """

    verdict: Verdict
    probability: float | None
    threshold: float
    server: ServerKey | None


@dataclass(frozen=True)
class CertificateMatch:
    """An entry of the certificate database that a connection of the target fits.

    ``matched_by`` is sha256, sha1, "subject and issuer" or sni; only the fingerprints make the
    verdict FOUND. ``capture``, ``ts`` and ``score`` tell where a learned entry was learned.
    """

    matched_by: str
    state: str
    sha256: str | None
    sha1: str | None
    subject: str | None
    issuer: str | None
    sni: str | None
    note: str | None
    capture: str | None
    ts: float | None
    score: float | None


@dataclass(frozen=True)
class CertificateDatabaseResult:
    """What the certificate database knows of the target's certificates and names."""

    verdict: DatabaseVerdict
    matches: tuple[CertificateMatch, ...] = ()


@dataclass(frozen=True)
class Connection:
    """One TLS connection as module 1 saw it, with what other tools know it by.

    Numbers are rounded to ``DECIMALS``, ``duration`` is in seconds. ``community_id`` is the flow
    hash of version 1, seed 0. ``certificates`` are the fingerprints of the chain, leaf first, of
    ``Target.certificates``.
    """

    uid: str
    ts: float | None
    client: str
    client_port: int | None
    server: str
    server_port: int
    sni: str | None
    subject: str | None
    issuer: str | None
    version: str | None
    probability: float | None
    verdict: Verdict
    proto: str | None = None
    duration: float | None = None
    community_id: str | None = None
    certificates: tuple[str, ...] = ()
    ja3: str | None = None
    ja3s: str | None = None
    ja4: str | None = None


@dataclass(frozen=True)
class ConnectionDetector:
    """Module 1: the probability is the highest mean over the connections to one server."""

    verdict: Verdict
    probability: float | None
    threshold: float
    connections: tuple[Connection, ...] = ()


@dataclass(frozen=True)
class Server:
    """One server row as module 2 saw it, with the features, rounded to ``DECIMALS``."""

    client: str
    server: str
    port: int
    proto: str
    probability: float | None
    verdict: Verdict
    features: Mapping[str, FeatureValue]


@dataclass(frozen=True)
class ServerDetector:
    """A model of module 2: the probability is the highest of its server rows."""

    verdict: Verdict
    probability: float | None
    threshold: float
    servers: tuple[Server, ...] = ()


@dataclass(frozen=True)
class Detectors:
    """What each detector says of a target."""

    certificate_database: CertificateDatabaseResult
    module1: ConnectionDetector
    random_forest: ServerDetector
    gbdt: ServerDetector
    attack_class: AttackClasses = field(default_factory=lambda: AttackClasses("NOT ASSESSED"))
    conversation: ConversationDetector = field(default_factory=ConversationDetector)


@dataclass(frozen=True)
class Reason:
    """Why: a feature with its value, or named evidence, in words.

    ``contribution`` is in the detector's own units, positive towards malicious; None for evidence.
    """

    detector: str
    feature: str
    value: str | int | float | None
    contribution: float | None
    text: str


@dataclass(frozen=True)
class Limit:
    """Why the verdict is to be read with care."""

    name: str
    text: str


@dataclass(frozen=True)
class Certificate:
    """A certificate that a server showed; what the logs do not tell is None.

    ``fingerprint`` is the SHA-256 where the logs have it. ``names`` are the DNS and common names.
    ``is_leaf`` tells that a server was shown with it, rather than it vouching for another one.
    """

    fingerprint: str
    sha1: str | None
    subject: str | None
    issuer: str | None
    serial: str | None
    not_before: float | None
    not_after: float | None
    key_type: str | None
    key_length: int | None
    signature: str | None
    names: tuple[str, ...]
    is_leaf: bool


@dataclass(frozen=True)
class Target:
    """An address in one role; ``features`` are those of the row that FINAL names, rounded.

    ``dns_names`` are the names asked for in DNS that resolved to the server addresses.
    """

    ip: str
    role: Role
    final: FinalVerdict
    detectors: Detectors
    reasons: tuple[Reason, ...] = ()
    limits: tuple[Limit, ...] = ()
    features: Mapping[str, FeatureValue] = field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()
    dns_names: tuple[str, ...] = ()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The TLS connections of the target by time."""
        return self.detectors.module1.connections


@dataclass(frozen=True)
class Document:
    """Everything that one run found.

    ``attack_classes`` count the flows of all captures, those of no target too; None without any.
    ``usual`` and ``usual_of_malicious`` have, by feature of a server row, the range of most normal
    and of most malicious servers in training.
    """

    engine: Engine
    captures: tuple[Capture, ...]
    targets: tuple[Target, ...]
    attack_classes: AttackClasses | None = None
    usual: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    usual_of_malicious: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    schema: int = SCHEMA_VERSION
