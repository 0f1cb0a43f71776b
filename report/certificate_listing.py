"""The entries of the certificate database as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from report.language import ENGLISH, Language
from report.text import moment, printable
from verdict.known_certificates import Entry, Sighting

_DIGITS: Final = 12  # of a capture's SHA-256


def certificate_listing(entries: Sequence[Entry], language: Language = ENGLISH) -> str:
    """Return fingerprint, state and names of each entry, and where each was learned."""
    lines = [line for entry in entries for line in _lines(entry, language)]
    return "\n".join([*lines, language.counted(len(entries), "certificate")]) + "\n"


def fingerprint_of(entry: Entry) -> str:
    """Return the SHA-256 of an entry, its SHA-1 where that is all that is known."""
    return entry.sha256 or entry.sha1 or ""


def _lines(entry: Entry, language: Language) -> list[str]:
    known = (
        (language("subject"), entry.subject),
        (language("SNI"), entry.sni),
        (language("note"), entry.note),
    )
    return [
        f"{fingerprint_of(entry)}  {language(entry.state)}",
        *(
            "  " + language("{name}: {value}", name=name, value=printable(value))
            for name, value in known
            if value
        ),
        *(f"  {_learned(sighting, language)}" for sighting in entry.sightings),
    ]


def _learned(sighting: Sighting, language: Language) -> str:
    time = language("time unknown") if sighting.ts is None else f"{moment(sighting.ts)} UTC"
    return language(
        "learned from {capture} ({digits}), {time}, FINAL {score}",
        capture=printable(sighting.capture_name),
        digits=sighting.capture_sha256[:_DIGITS],
        time=time,
        score=f"{sighting.score:.3f}",
    )
