"""What was learned from which capture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from verdict.errors import UnknownCertificateError
from verdict.known_certificates import Entry, Sighting

_DIGITS: Final = re.compile(r"[0-9a-f]{6,64}")


def capture_of(sightings: Iterable[Sighting], named: str) -> str:
    """Return the SHA-256 (for a folder, of the logs in it) of the one capture that is named.

    It is named by its path as it was given when it was learned, by its file name, or by the first
    digits, six at least, of its SHA-256. Raises ``UnknownCertificateError`` when nothing was
    learned from such a capture, or when there are several.
    """
    found = {each.capture_sha256: each.capture_name for each in sightings if _fits(each, named)}
    if not found:
        raise UnknownCertificateError(
            f"nothing was learned from a capture {named}; see: python project.py certs list"
        )
    if len(found) > 1:
        names = ", ".join(sorted(found.values()))
        raise UnknownCertificateError(
            f"{len(found)} captures fit {named} ({names}); give the path or digits of the SHA-256"
        )
    return next(iter(found))


def learned_from(entries: Iterable[Entry], named: str) -> list[Entry]:
    """Return the entries that were learned from a capture, with that sighting alone.

    Raises as ``capture_of``.
    """
    entries = list(entries)
    capture = capture_of((seen for each in entries for seen in each.sightings), named)
    kept = [(each, [s for s in each.sightings if s.capture_sha256 == capture]) for each in entries]
    return [replace(each, sightings=tuple(sightings)) for each, sightings in kept if sightings]


def _fits(sighting: Sighting, named: str) -> bool:
    names = (sighting.capture_name, PurePath(sighting.capture_name).name, sighting.capture_sha256)
    is_digits = _DIGITS.fullmatch(named.lower()) is not None
    return named in names or (is_digits and sighting.capture_sha256.startswith(named.lower()))
