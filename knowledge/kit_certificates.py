"""Certificates that malware kits make unless their user changes something.

The table names each kit's default with its source. Such a name is a documented fact and can be
checked by hand; it says nothing of kits whose certificates are random or bought.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from capture.distinguished_name import Attribute, attributes
from knowledge.known_names import TABLES

KIT_CERTIFICATES: Final = "kit_certificates.csv"
METASPLOIT: Final = "Metasploit"
_ONLY: Final = " only"


@dataclass(frozen=True)
class KitCertificate:
    """Attributes that the default certificate of a kit has; with ``whole``, and no others."""

    kit: str
    attributes: frozenset[Attribute]
    whole: bool
    source: str

    def fits(self, name: frozenset[Attribute]) -> bool:
        """Return whether a distinguished name is the kit's default."""
        return self.attributes == name if self.whole else self.attributes <= name


@lru_cache(maxsize=4096)
def kit_of(subject: str, issuer: str) -> str | None:
    """Return the kit whose default a leaf certificate is, by its distinguished names."""
    for name in (subject, issuer):
        parts = attributes(name)
        found = _listed(frozenset(parts), read_kits())
        if found or _is_metasploit(dict(parts)):
            return found or METASPLOIT
    return None


@cache
def read_kits(path: Path = TABLES / KIT_CERTIFICATES) -> tuple[KitCertificate, ...]:
    """Return the documented defaults from their table."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            KitCertificate(
                row["kit"],
                frozenset(attributes(row["subject"].removesuffix(_ONLY).replace(";", ","))),
                row["subject"].endswith(_ONLY),
                row["source"],
            )
            for row in csv.DictReader(file)
        )


def _listed(name: frozenset[Attribute], kits: Iterable[KitCertificate]) -> str | None:
    return next((each.kit for each in kits if each.fits(name)), None)


def _is_metasploit(name: dict[str, str]) -> bool:
    """Return whether the mail address repeats unit and host, as in Rex::Socket::X509Certificate."""
    unit, host = name.get("OU"), name.get("CN")
    return bool(unit and host) and name.get("EMAILADDRESS") == f"{unit}@{host}"
