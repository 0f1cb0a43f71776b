"""The certificate database: leaf certificates called malicious, in an SQLite file."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from models.card import REPOSITORY
from verdict.errors import CertificateDatabaseError, UnknownCertificateError
from verdict.known_certificates import Entry, Sighting
from verdict.learned_captures import capture_of

DEFAULT_PATH: Final = REPOSITORY / "certificates.sqlite"
_WAIT: Final = 2.0  # seconds for another program to let go of the file
_VERSION: Final = 1
_PREFIX: Final = re.compile(r"[0-9a-f]{6,64}")
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS certificate (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('learned', 'confirmed', 'imported')),
  sha256 TEXT UNIQUE, sha1 TEXT UNIQUE, subject TEXT, issuer TEXT, sni TEXT, note TEXT,
  CHECK (sha256 IS NOT NULL OR sha1 IS NOT NULL)
);
CREATE TABLE IF NOT EXISTS sighting (
  certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
  capture_sha256 TEXT NOT NULL, capture_name TEXT NOT NULL, ts REAL, score REAL NOT NULL,
  PRIMARY KEY (certificate, capture_sha256)
);
"""
_FORGET_UNSEEN: Final = """
DELETE FROM certificate WHERE id = ? AND state = 'learned'
AND id NOT IN (SELECT certificate FROM sighting)
"""
# A fingerprint that stands in another row stays there: a list may tell what is not so.
_COMPLETE: Final = """
UPDATE certificate SET
  sha256 = coalesce(sha256, (SELECT :sha256 WHERE NOT EXISTS
    (SELECT 1 FROM certificate AS other WHERE other.sha256 = :sha256))),
  sha1 = coalesce(sha1, (SELECT :sha1 WHERE NOT EXISTS
    (SELECT 1 FROM certificate AS other WHERE other.sha1 = :sha1))),
  subject = coalesce(subject, :subject), issuer = coalesce(issuer, :issuer),
  sni = coalesce(sni, :sni)
WHERE id = :id
"""
# Of two states the first in the alphabet is the one that a person decided, or the nearer to it.
_JOIN: Final = (
    "UPDATE OR IGNORE sighting SET certificate = :kept WHERE certificate = :other",
    """UPDATE certificate SET (state, subject, issuer, sni, note) = (
      SELECT min(certificate.state, other.state), coalesce(certificate.subject, other.subject),
        coalesce(certificate.issuer, other.issuer), coalesce(certificate.sni, other.sni),
        coalesce(certificate.note, other.note)
      FROM certificate AS other WHERE other.id = :other
    ) WHERE id = :kept""",
    "DELETE FROM certificate WHERE id = :other",
)
_TOLD: Final = ("sha256", "sha1", "subject", "issuer", "sni")
_COLUMNS: Final = "state, sha256, sha1, subject, issuer, sni, note"


class Forgotten(NamedTuple):
    """How many certificates of a capture were removed, and how many are still known otherwise."""

    removed: int
    kept: int


class CertificateDatabase:
    """A file of entries; every method opens it, does one thing and closes it.

    All raise ``CertificateDatabaseError`` when the file cannot be used. A file that does not exist
    is an empty database, made when something is first written.
    """

    def __init__(self, path: Path = DEFAULT_PATH) -> None:
        self.path = path

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, sorted by fingerprint."""
        if not self._is_there():
            return ()
        with self._opened("ro") as database:
            rows = database.execute(f"SELECT id, {_COLUMNS} FROM certificate").fetchall()  # noqa: S608  # a constant
            sightings = _sightings(database)
            found = [replace(Entry(*row[1:]), sightings=sightings.get(row[0], ())) for row in rows]
            return tuple(sorted(found, key=lambda entry: (entry.sha256 or "", entry.sha1 or "")))

    def learn(self, entries: Iterable[Entry]) -> None:
        """Add entries, or their sightings to those known; what a person decided stays."""
        entries = list(entries)
        if entries:
            with self._opened("rwc") as database:
                for entry in entries:
                    _learn(database, entry)

    def add(self, entries: Iterable[Entry]) -> int:
        """Add imported entries and return how many were new; a learned one becomes imported."""
        with self._opened("rwc") as database:
            return sum(_import(database, entry) for entry in entries)

    def confirm(self, prefix: str) -> Entry:
        """Mark the one entry whose fingerprint begins so as confirmed by a person.

        Raises ``UnknownCertificateError`` when there is none, or several.
        """
        return self._change(prefix, "UPDATE certificate SET state = 'confirmed' WHERE id = ?")

    def forget(self, prefix: str) -> Entry:
        """Remove the one entry whose fingerprint begins so; raises as ``confirm``."""
        return self._change(prefix, "DELETE FROM certificate WHERE id = ?")

    def forget_capture(self, named: str) -> Forgotten:
        """Remove what was learned from one capture.

        An entry goes with its last sighting unless a person confirmed or imported it. Raises
        ``UnknownCertificateError`` when nothing was learned from such a capture, or from several.
        """
        self._require_file()
        with self._opened("rw") as database:
            found = _sightings(database)
            capture = capture_of((seen for each in found.values() for seen in each), named)
            concerned = [
                number
                for number, seen in found.items()
                if capture in {each.capture_sha256 for each in seen}
            ]
            database.execute("DELETE FROM sighting WHERE capture_sha256 = ?", (capture,))
            database.executemany(_FORGET_UNSEEN, [(number,) for number in concerned])
            left = {row[0] for row in database.execute("SELECT id FROM certificate")}
        kept = len(left.intersection(concerned))
        return Forgotten(len(concerned) - kept, kept)

    def _change(self, prefix: str, statement: str) -> Entry:
        self._require_file()
        with self._opened("rw") as database:
            identity, entry = _only(database, prefix.lower().replace(":", ""))
            database.execute(statement, (identity,))
        return entry

    def _require_file(self) -> None:
        if not self._is_there():
            raise UnknownCertificateError(f"{self.path}: the certificate database is empty")

    def _is_there(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CertificateDatabaseError(
                f"{self.path}: {reason}; name another file with --certificates"
            ) from None

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        """Open the file, make its tables where writing is meant, and commit or undo at the end."""
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=_WAIT)) as database, database:
                self._prepare(database, mode)
                yield database
        # Damaged rows may hold anything, and SQLite takes some damage for want of memory.
        except (sqlite3.Error, TypeError, ValueError, MemoryError) as error:
            raise CertificateDatabaseError(f"{self.path}: {_explained(error)}") from None

    def _prepare(self, database: sqlite3.Connection, mode: str) -> None:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise CertificateDatabaseError(
                f"{self.path}: a certificate database of version {version}, this program reads "
                f"version {_VERSION}; name another file with --certificates"
            )
        database.execute("PRAGMA foreign_keys = ON")
        if mode == "rwc":
            database.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")


def _explained(error: Exception) -> str:
    """Return what is wrong and what to do."""
    text = str(error) or "out of memory"
    if "locked" in text:
        return "another program is using the certificate database; try again when it has ended"
    if "readonly" in text or "unable to open" in text:
        return (
            "the certificate database cannot be opened or written here; "
            "name another file with --certificates"
        )
    return f"not a certificate database, or a damaged one ({text}); restore or remove the file"


def _sightings(database: sqlite3.Connection) -> dict[int, tuple[Sighting, ...]]:
    """Return the sightings of each certificate by its number, in order of capture."""
    found: defaultdict[int, list[Sighting]] = defaultdict(list)
    query = (
        "SELECT certificate, capture_sha256, capture_name, ts, score FROM sighting "
        "ORDER BY capture_sha256"
    )
    for certificate, *sighting in database.execute(query):
        found[certificate].append(Sighting(*sighting))
    return {certificate: tuple(seen) for certificate, seen in found.items()}


def _learn(database: sqlite3.Connection, entry: Entry) -> None:
    identity = _identity(database, entry)
    if identity is None:
        identity = _insert(database, entry)
    else:
        _complete(database, identity, entry)
    database.executemany(
        "INSERT OR REPLACE INTO sighting VALUES (?, ?, ?, ?, ?)",
        [
            (identity, seen.capture_sha256, seen.capture_name, seen.ts, seen.score)
            for seen in entry.sightings
        ],
    )


def _import(database: sqlite3.Connection, entry: Entry) -> int:
    """Add an entry and return 1, or mark the one that is there as imported and return 0."""
    identity = _identity(database, entry)
    if identity is None:
        _insert(database, entry)
        return 1
    _complete(database, identity, entry)
    if entry.state != "learned":
        database.execute(
            "UPDATE certificate SET state = ?, note = coalesce(?, note) "
            "WHERE id = ? AND state = 'learned'",
            (entry.state, entry.note, identity),
        )
    return 0


def _insert(database: sqlite3.Connection, entry: Entry) -> int:
    values = (
        entry.state,
        entry.sha256,
        entry.sha1,
        entry.subject,
        entry.issuer,
        entry.sni,
        entry.note,
    )
    query = f"INSERT INTO certificate ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  # a constant
    return int(database.execute(query, values).lastrowid or 0)


def _complete(database: sqlite3.Connection, identity: int, entry: Entry) -> None:
    """Fill in what the row of a certificate lacks and the entry tells."""
    told = {name: getattr(entry, name) for name in _TOLD}
    database.execute(_COMPLETE, {**told, "id": identity})


def _identity(database: sqlite3.Connection, entry: Entry) -> int | None:
    """Return the number of the entry's row: that with its SHA-256, else that with its SHA-1.

    Two rows that know one fingerprint each become one where the entry tells that both are of the
    same certificate.
    """
    rows = database.execute(
        "SELECT id, sha256, sha1 FROM certificate WHERE sha256 = ? OR sha1 = ? "
        "ORDER BY sha256 IS NOT ?",
        (entry.sha256, entry.sha1, entry.sha256),
    ).fetchall()
    if not rows:
        return None
    kept, other = rows[0], rows[-1]
    if kept[2] is None and other[1] is None:
        _join(database, kept[0], other[0])
    return int(kept[0])


def _join(database: sqlite3.Connection, kept: int, other: int) -> None:
    for statement in _JOIN:
        database.execute(statement, {"kept": kept, "other": other})


def _only(database: sqlite3.Connection, prefix: str) -> tuple[int, Entry]:
    """Return the entry whose sha256 or sha1 begins so; raises if there is none or several."""
    if not _PREFIX.fullmatch(prefix):
        raise UnknownCertificateError(
            f"{prefix!r} is no fingerprint: give at least its first six hexadecimal digits"
        )
    query = (
        f"SELECT id, {_COLUMNS} FROM certificate "  # noqa: S608  # a constant
        "WHERE sha256 LIKE ? || '%' OR sha1 LIKE ? || '%'"
    )
    rows = database.execute(query, (prefix, prefix)).fetchall()
    if len(rows) != 1:
        how_many = "no certificate" if not rows else f"{len(rows)} certificates"
        raise UnknownCertificateError(
            f"{how_many} in the database with a fingerprint that begins with {prefix}; "
            "see: python project.py certs list"
        )
    return rows[0][0], Entry(*rows[0][1:])
