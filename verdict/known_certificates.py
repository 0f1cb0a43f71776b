"""Certificates known to be, or to have been called, malicious; and what fits one seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from verdict.document import CertificateMatch

State = Literal["learned", "confirmed", "imported"]
DECIDING_STATES: Final[frozenset[str]] = frozenset({"confirmed", "imported"})
FINGERPRINTS: Final = ("sha256", "sha1")
NAMES: Final = ("subject and issuer", "sni")


@dataclass(frozen=True)
class Sighting:
    """Where an entry was learned: the capture, the connection's time, and FINAL's probability."""

    capture_sha256: str
    capture_name: str
    ts: float | None
    score: float


@dataclass(frozen=True)
class Entry:
    """One leaf certificate; at least one of the fingerprints (lower-case hex) is there."""

    state: State
    sha256: str | None = None
    sha1: str | None = None
    subject: str | None = None
    issuer: str | None = None
    sni: str | None = None
    note: str | None = None
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """What a connection showed: fingerprints and names of the leaf certificate, and the SNI."""

    sha256: str | None
    sha1: str | None
    subject: str | None
    issuer: str | None
    sni: str | None


@dataclass(frozen=True)
class KnownCertificates:
    """Entries that can be looked up by everything a connection shows.

    What was learned from ``own_captures`` (digests, or paths, of the captures now analysed) is no
    match, so that a second run over the same captures finds what the first one did. Nor is what was
    learned from a connection that began at one of ``own_times`` (microseconds): it is the same one,
    in another form of the capture, such as its logs.
    """

    entries: tuple[Entry, ...] = ()
    own_captures: Set[str] = frozenset()
    own_times: Set[int] = frozenset()
    _index: Mapping[tuple[str, str], list[Entry]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            for key in _keys(
                Leaf(entry.sha256, entry.sha1, entry.subject, entry.issuer, entry.sni)
            ):
                index.setdefault(key, []).append(entry)
        object.__setattr__(self, "_index", index)

    def apart_from(self, times: Iterable[float]) -> KnownCertificates:
        """Return the same for an analysis of connections that began at these times, in seconds."""
        if not self.entries:
            return self
        return replace(self, own_times=frozenset(map(_microseconds, times)))

    def matches(self, leaves: Iterable[Leaf]) -> tuple[CertificateMatch, ...]:
        """Return what fits any of the connections, fingerprints first; an entry matches once."""
        found: dict[Entry, CertificateMatch] = {}
        shown = (key for leaf in leaves for key in _keys(leaf)) if self.entries else ()
        keys = {key for key in shown if key in self._index}
        for kind, text in sorted(keys, key=lambda key: (_rank(key[0]), key[1])):
            for entry in self._index[kind, text]:
                match = self._match(entry, kind)
                if match is not None:
                    found.setdefault(entry, match)
        return tuple(sorted(found.values(), key=_order))

    def _match(self, entry: Entry, matched_by: str) -> CertificateMatch | None:
        """Return the match, with the earliest sighting in another capture; None without one."""
        elsewhere = [sighting for sighting in entry.sightings if not self._is_own(sighting)]
        if entry.state == "learned" and not elsewhere:
            return None
        first = min(elsewhere, key=_when) if elsewhere else None
        return CertificateMatch(
            matched_by=matched_by,
            state=entry.state,
            sha256=entry.sha256,
            sha1=entry.sha1,
            subject=entry.subject,
            issuer=entry.issuer,
            sni=entry.sni,
            note=entry.note,
            capture=first.capture_name if first else None,
            ts=first.ts if first else None,
            score=first.score if first else None,
        )

    def _is_own(self, sighting: Sighting) -> bool:
        if {sighting.capture_sha256, sighting.capture_name} & self.own_captures:
            return True
        if sighting.ts is None:
            return False
        learned = _microseconds(sighting.ts)
        # Formats of captures round times, or cut them off.
        return not self.own_times.isdisjoint((learned - 1, learned, learned + 1))


def is_found(match: CertificateMatch) -> bool:
    """Return whether the match is of the certificate itself rather than of names alone."""
    return match.matched_by in FINGERPRINTS


def decides(match: CertificateMatch) -> bool:
    """Return whether the match makes FINAL malicious by itself."""
    return is_found(match) and match.state in DECIDING_STATES


def _microseconds(seconds: float) -> int:
    return round(seconds * 1e6)


def _keys(leaf: Leaf) -> list[tuple[str, str]]:
    keys = [
        ("sha256", leaf.sha256),
        ("sha1", leaf.sha1),
        ("sni", leaf.sni.lower() if leaf.sni else None),
    ]
    if leaf.subject and leaf.issuer:
        keys.append(("subject and issuer", f"{leaf.subject}\n{leaf.issuer}"))
    return [(kind, text) for kind, text in keys if text]


def _rank(kind: str) -> int:
    return (*FINGERPRINTS, *NAMES).index(kind)


def _when(sighting: Sighting) -> tuple[float, str, str]:
    time = float("inf") if sighting.ts is None else sighting.ts
    return time, sighting.capture_name, sighting.capture_sha256


def _order(match: CertificateMatch) -> tuple[int, bool, str, str]:
    undecided = match.state not in DECIDING_STATES
    return _rank(match.matched_by), undecided, match.sha256 or "", match.sha1 or ""
