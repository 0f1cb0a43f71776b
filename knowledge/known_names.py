"""The tables of known names: how they are read and written."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from knowledge.character_model import CharacterModel
from knowledge.domain_set import DomainSet

TABLES: Final = Path(__file__).resolve().parent / "tables"
POPULAR_DOMAINS: Final = "popular_domains.txt.gz"
ISSUERS: Final = "issuers.csv.gz"
DOMAINS: Final = "domains.csv.gz"
CHARACTERS: Final = "characters.json.gz"
LISTED_DOMAINS: Final = "listed_domains.gz"
NAMING_ATTRIBUTES: Final = ("CN", "O", "OU", "L", "ST")
"""The attributes of distinguished names that ``name_model`` is about."""

_DOMAIN_MODEL: Final = "domains"
_NAME_MODEL: Final = "names"


@dataclass(frozen=True)
class KnownNames:
    """What is known of names, whoever asks.

    ``popularity`` is the rank of popular domains, from 0; ``issuers`` the number of subjects by
    issuer (see ``knowledge.issuer_name``), ``domains`` that of server names by
    registered domain. ``domain_model`` and ``name_model`` tell how ordinary a label of a domain and
    an attribute of a distinguished name are. ``listed`` are domains among the million
    most used, year after year.
    """

    popularity: Mapping[str, int]
    issuers: Mapping[str, int]
    domains: Mapping[str, int]
    domain_model: CharacterModel
    name_model: CharacterModel
    listed: DomainSet

    def save(self, folder: Path) -> None:
        """Write the tables; the same names give the same bytes."""
        popular = sorted(self.popularity, key=self.popularity.__getitem__)
        models = {
            _DOMAIN_MODEL: dict(sorted(self.domain_model.trigrams.items())),
            _NAME_MODEL: dict(sorted(self.name_model.trigrams.items())),
        }
        _write(folder / POPULAR_DOMAINS, "".join(f"{domain}\n" for domain in popular))
        _write(folder / ISSUERS, _counts_text(self.issuers))
        _write(folder / DOMAINS, _counts_text(self.domains))
        _write(folder / CHARACTERS, json.dumps(models, separators=(",", ":")))
        self.listed.save(folder / LISTED_DOMAINS)


@cache
def known_names(folder: Path = TABLES) -> KnownNames:
    """Return the tables of a folder."""
    models = json.loads(_read(folder / CHARACTERS))
    popular = _read(folder / POPULAR_DOMAINS).split("\n")[:-1]
    return KnownNames(
        {domain: rank for rank, domain in enumerate(popular)},
        _counts(_read(folder / ISSUERS)),
        _counts(_read(folder / DOMAINS)),
        CharacterModel(models[_DOMAIN_MODEL]),
        CharacterModel(models[_NAME_MODEL]),
        DomainSet.load(folder / LISTED_DOMAINS),
    )


def _counts_text(counts: Mapping[str, int]) -> str:
    """Return ``count,name`` lines; a name goes to the end of its line, whatever is in it."""
    return "".join(f"{count},{name}\n" for name, count in sorted(counts.items()))


def _counts(text: str) -> dict[str, int]:
    pairs = (line.split(",", 1) for line in text.split("\n")[:-1])
    return {name: int(count) for count, name in pairs}


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode()
