"""The tables that training reads: labelled connections, and the records of the contest."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from capture.schema import Schema
from models.card import REPOSITORY
from module1.contest import CONTEST_SCHEMA
from module1.features import FIELDS
from training.tables import read_table

DATA: Final = REPOSITORY / "module1" / "data"
CONNECTIONS: Final = "connections.csv.gz"
ADDED: Final = "added.csv.gz"
CONTEST: Final = "contest.csv.gz"

# What one connection is known by, in whichever table it stands.
_IDENTITY: Final = ("eventId", "srcAddress", "srcPort", "destAddress", "destPort", "ts")
_MICROSECONDS: Final = 6  # decimals of the times in a Zeek log
# Where a row comes from; never features.
ORIGIN: Final[Schema] = {
    "capture": pl.String(),
    "family": pl.String(),
    "role": pl.String(),
    "client": pl.String(),
    "server": pl.String(),
    "port": pl.Int64(),
    "proto": pl.String(),
    "certificate": pl.String(),
}
CONNECTIONS_SCHEMA: Final[Schema] = {
    **{name: kind for name, kind in FIELDS.items() if name not in ORIGIN},
    "label": pl.Int64(),
    **ORIGIN,
}


def in_table_form(rows: pl.DataFrame) -> pl.DataFrame:
    """Return labelled rows with the columns of ``CONNECTIONS_SCHEMA``, sorted by origin and time.

    ``rows`` has the fields of ``module1.features``, label, capture, family and role.
    """
    origin = rows.with_columns(
        client=pl.col("srcAddress"), server=pl.col("destAddress"), port=pl.col("destPort")
    )
    columns = [pl.col(name).cast(kind) for name, kind in CONNECTIONS_SCHEMA.items()]
    return origin.select(columns).sort("capture", "ts", "eventId", nulls_last=True)


def read_connections(data: Path) -> pl.DataFrame:
    """Return the labelled connections of a folder, those of a manifest and those added to them.

    A connection of both counts once, as in the manifest, which knows its family. Raises
    ``TableError`` when there are neither.
    """
    paths = connection_tables(data) or [data / CONNECTIONS]
    first, *added = [read_table(path, CONNECTIONS_SCHEMA) for path in paths]
    rows = pl.concat([first, *(_without(each, first) for each in added)])
    return rows.sort("capture", "ts", "eventId", nulls_last=True, maintain_order=True)


def _without(added: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the added connections that are not known; those without an identifier never are."""
    identity = [pl.col(_IDENTITY).exclude("ts"), pl.col("ts").round(_MICROSECONDS)]
    return added.join(
        known.drop_nulls("eventId"),
        on=identity,
        how="anti",
        nulls_equal=True,
        maintain_order="left",
    )


def connection_tables(data: Path) -> list[Path]:
    """Return the tables of labelled connections that a folder has."""
    return [path for path in (data / CONNECTIONS, data / ADDED) if path.is_file()]


def read_contest_copy(data: Path) -> pl.DataFrame:
    """Return the contest's records of a folder, none when it has no copy; raises ``TableError``."""
    path = data / CONTEST
    if not path.exists():
        return pl.DataFrame(schema=CONTEST_SCHEMA)
    return read_table(path, CONTEST_SCHEMA)
