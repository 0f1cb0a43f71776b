"""Makes the tables of known names from lists of domains and the records of the contest."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from capture.distinguished_name import attributes
from knowledge.character_model import CharacterModel
from knowledge.domain_set import DomainSet
from knowledge.issuer_name import issuer_name
from knowledge.known_names import NAMING_ATTRIBUTES, TABLES, KnownNames
from knowledge.registered_domain import registered_domain

_CONTEST: Final = ("tlsSubject", "tlsIssuerDn", "tlsSni", "weakLabel")
_EXAMPLE: Final = """example:
  python -m knowledge --popular top.txt --ordinary top.txt random.txt \\
    --listed 2024.txt 2025.txt --contest module1/data/contest.csv.gz"""


def make(
    popular: Sequence[str],
    ordinary: Iterable[str],
    listed: Iterable[str],
    contest: pl.DataFrame,
) -> KnownNames:
    """Return known names.

    ``popular`` are domains, most popular first, ``ordinary`` domains to learn characters from,
    ``listed`` very many domains in wide use, in any order;
    ``contest`` has the columns ``tlsSubject``, ``tlsIssuerDn``, ``tlsSni`` and ``weakLabel`` (1 for
    a known default certificate of malware: left out).
    """
    records = contest.filter(pl.col("weakLabel").fill_null(0) != 1)
    pairs = records.select("tlsSubject", "tlsIssuerDn").drop_nulls().unique()
    return KnownNames(
        {domain: rank for rank, domain in enumerate(popular)},
        Counter(issuer_name(issuer) for issuer in pairs["tlsIssuerDn"]),
        Counter(_registered(records["tlsSni"].drop_nulls().unique())),
        CharacterModel.fit(sorted({domain.split(".")[0] for domain in ordinary})),
        CharacterModel.fit(sorted(_attribute_values(records))),
        DomainSet.of(listed),
    )


def _registered(names: Iterable[str]) -> Iterator[str]:
    return (domain for name in names if (domain := registered_domain(name)) is not None)


def _attribute_values(records: pl.DataFrame) -> set[str]:
    names = pl.concat([records["tlsSubject"], records["tlsIssuerDn"]]).drop_nulls().unique()
    return {
        value.lower()
        for name in names
        for kind, value in attributes(name)
        if value and kind in NAMING_ATTRIBUTES
    }


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m knowledge",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--popular", type=Path, required=True, help="domains, most popular first")
    parser.add_argument("--ordinary", type=Path, nargs="+", required=True, help="ordinary domains")
    parser.add_argument(
        "--listed",
        type=Path,
        nargs="+",
        required=True,
        metavar="LIST",
        help="domains most in use, a list a year: what is in all of them counts as in wide use",
    )
    parser.add_argument("--contest", type=Path, required=True, help="TLS records of the contest")
    parser.add_argument("--out", type=Path, default=TABLES, metavar="DIR", help="where tables go")
    arguments = parser.parse_args(argv)
    try:
        ordinary = [line for path in arguments.ordinary for line in path.read_text().split()]
        contest = pl.read_csv(arguments.contest, columns=_CONTEST)
        lists = [set(path.read_text().split()) for path in arguments.listed]
        popular = arguments.popular.read_text().split()
        names = make(popular, ordinary, set.intersection(*lists), contest)
        names.save(arguments.out)
    except (OSError, pl.exceptions.PolarsError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
