"""Lists of malicious certificates as CSV: the one abuse.ch publishes (SSLBL), and our own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

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

    Lines that begin with ``#`` are comments. What another person confirmed is imported here; what
    a detector learned is left out. Raises ``CertificateDatabaseError`` when no row can be used.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    own = bool(lines) and lines[0].split(",") == list(COLUMNS)
    rows = _rows(lines[1:] if own else lines)
    entries = [_own(row) if own else _listed(row) for row in rows]
    usable = tuple(entry for entry in entries if entry is not None)
    if rows and not usable:
        raise CertificateDatabaseError(
            "no row with a certificate's fingerprint; expected Listingdate,SHA1,Listingreason as "
            "abuse.ch publishes it, or the output of: python project.py certs export"
        )
    return CertificateList(usable, len(rows) - len(usable))


def export(entries: Iterable[Entry]) -> str:
    """Return the entries as CSV with the columns ``COLUMNS``; captures are joined by semicolons."""
    result = io.StringIO()
    writer = csv.writer(result, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        seen_in = ";".join(sorted(sighting.capture_name for sighting in entry.sightings))
        known = [entry.state, entry.sha256, entry.sha1, entry.subject, entry.issuer, entry.sni]
        writer.writerow([*known, entry.note, seen_in])
    return result.getvalue()


def block_list(entries: Iterable[Entry]) -> str:
    """Return the entries that decide FINAL in the form of abuse.ch, which ``parse`` reads too.

    Rows are sorted by date and SHA-1. The date is that of the list an entry came from, else that of
    its first sighting; entries of which no SHA-1 is known cannot stand in it.
    """
    rows = sorted(_block(entry) for entry in entries if _is_listed(entry))
    result = io.StringIO()
    result.write("# Listingdate,SHA1,Listingreason\n")
    csv.writer(result, lineterminator="\n").writerows(rows)
    return result.getvalue()


def _is_listed(entry: Entry) -> bool:
    return entry.sha1 is not None and entry.state in DECIDING_STATES


def _block(entry: Entry) -> tuple[str, str, str]:
    listed = _LISTED.fullmatch(entry.note or "")
    reason, date = listed.groups() if listed else (entry.note or "malicious", _first_seen(entry))
    return date, entry.sha1 or "", reason


def _first_seen(entry: Entry) -> str:
    times = [sighting.ts for sighting in entry.sightings if sighting.ts is not None]
    try:
        return datetime.fromtimestamp(min(times), UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):  # none, or one that no calendar reaches
        return ""


def _rows(lines: Sequence[str]) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO("\n".join(lines))))
    except csv.Error as error:
        raise CertificateDatabaseError(
            f"not a list of certificates as CSV ({error}); check the file"
        ) from None


def _listed(row: list[str]) -> Entry | None:
    if len(row) < 2 or not _SHA1.fullmatch(row[1].strip()):
        return None
    reason = row[2].strip() if len(row) > 2 else "malicious"
    return Entry("imported", sha1=row[1].strip().lower(), note=f"{reason} (listed {row[0]})")


def _own(row: list[str]) -> Entry | None:
    if len(row) != len(COLUMNS) or row[0] not in ("confirmed", "imported"):
        return None
    _, sha256, sha1, subject, issuer, sni, note, _ = (cell.strip() or None for cell in row)
    if not (_SHA256.fullmatch(sha256 or "") or _SHA1.fullmatch(sha1 or "")):
        return None
    return Entry("imported", _lower(sha256), _lower(sha1), subject, issuer, sni, note)


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None
