"""Lists of malicious certificates as CSV: the one abuse.ch publishes (SSLBL), and our own."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from verdict.csv_text import csv_rows, csv_text, guarded, unguarded
from verdict.errors import CertificateDatabaseError
from verdict.known_certificates import DECIDING_STATES, Entry

COLUMNS: Final = ("state", "sha256", "sha1", "subject", "issuer", "sni", "note", "seen_in")
_LISTED: Final = re.compile(r"(.*) \(listed (.*)\)", re.DOTALL)
_SHA1: Final = re.compile(r"[0-9a-fA-F]{40}")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class CertificateList:
    """What a CSV held; ``skipped`` counts the rows without a fingerprint."""

    entries: tuple[Entry, ...]
    skipped: int


def parse(text: str) -> CertificateList:
    """Return the entries of an SSLBL list (Listingdate,SHA1,Listingreason) or of ``export``.

    Rows that begin with ``#`` are comments. What another person confirmed is imported here; what
    a detector learned is left out. Raises ``CertificateDatabaseError`` when no row can be used.
    """
    rows = _rows(text)
    own = rows[:1] == [list(COLUMNS)]
    if own:
        del rows[0]
    entries = [_own(row) if own else _listed(row) for row in rows]
    usable = tuple(entry for entry in entries if entry is not None)
    if own and rows and all(row[:1] == ["learned"] for row in rows):
        raise CertificateDatabaseError(
            "only what detectors learned, which is not imported; confirm it before: "
            "python project.py certs confirm"
        )
    if rows and not usable:
        raise CertificateDatabaseError(
            "no row with a certificate's fingerprint; expected Listingdate,SHA1,Listingreason as "
            "abuse.ch publishes it, or the output of: python project.py certs export"
        )
    return CertificateList(usable, len(rows) - len(usable))


def export(entries: Iterable[Entry]) -> str:
    """Return the entries as CSV with the columns ``COLUMNS``; captures are joined by semicolons."""
    return csv_text([COLUMNS, *map(_cells, entries)])


def block_list(entries: Iterable[Entry]) -> str:
    """Return the entries that decide FINAL in the form of abuse.ch, which ``parse`` reads too.

    Rows are sorted by date and SHA-1. The date is that of the list an entry came from, else that of
    its first sighting; entries of which no SHA-1 is known cannot stand in it.
    """
    rows = sorted(_block(entry) for entry in entries if _is_listed(entry))
    return "# Listingdate,SHA1,Listingreason\n" + csv_text(rows)


def _cells(entry: Entry) -> list[str]:
    known = [entry.state, entry.sha256, entry.sha1, entry.subject, entry.issuer, entry.sni]
    seen_in = ";".join(sorted(sighting.capture_name for sighting in entry.sightings))
    return [guarded(cell or "") for cell in (*known, entry.note, seen_in)]


def _is_listed(entry: Entry) -> bool:
    return entry.sha1 is not None and entry.state in DECIDING_STATES


def _block(entry: Entry) -> tuple[str, str, str]:
    listed = _LISTED.fullmatch(entry.note or "")
    reason, date = listed.groups() if listed else (entry.note or "malicious", _first_seen(entry))
    return guarded(date), entry.sha1 or "", guarded(reason)


def _first_seen(entry: Entry) -> str:
    times = [sighting.ts for sighting in entry.sightings if sighting.ts is not None]
    try:
        return datetime.fromtimestamp(min(times), UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):  # none, or one that no calendar reaches
        return ""


def _rows(text: str) -> list[list[str]]:
    try:
        return [[unguarded(cell) for cell in row] for row in csv_rows(text)]
    except csv.Error as error:
        raise CertificateDatabaseError(
            f"not a list of certificates as CSV ({error}); check the file"
        ) from None


def _listed(row: list[str]) -> Entry | None:
    if len(row) < 2 or not _SHA1.fullmatch(row[1].strip()):
        return None
    reason = row[2].strip() if len(row) > 2 else "malicious"
    note = f"{reason} (listed {row[0]})" if row[0].strip() else reason
    return Entry("imported", sha1=row[1].strip().lower(), note=note)


def _own(row: list[str]) -> Entry | None:
    if len(row) != len(COLUMNS) or row[0] not in ("confirmed", "imported"):
        return None
    sha256, sha1 = (cell.strip().lower() or None for cell in row[1:3])
    if not (_SHA256.fullmatch(sha256 or "") or _SHA1.fullmatch(sha1 or "")):
        return None
    subject, issuer, sni, note = (cell or None for cell in row[3:7])
    return Entry("imported", sha256, sha1, subject, issuer, sni, note)
