"""The good set and the bad set: labelled conversations as tables, and as rows to train on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from module4.features import MEASURES
from module4.templates import RESERVED
from training.tables import read_table, unreadable, write_table

DATASET: Final = Path(__file__).resolve().parent / "dataset"
GOOD_SET: Final = "goodx.csv"
BAD_SET: Final = "badx.csv"
# Where a row comes from: what folds and weights need, and no feature.
ORIGIN: Final = ("capture", "family", "role", "server")
_DECIMALS: Final = 6


class ExampleError(ValueError):
    """Examples that nothing can be trained on; the message says what to do."""


def write_examples(path: Path, parts: Sequence[pl.DataFrame]) -> int:
    """Write the examples of several captures as one table and return how many there are.

    Rows with the same features are written once. Tokens stand in the order of their names.
    """
    if not any(len(part) for part in parts):
        raise ExampleError(f"no conversation for {path}; name other captures")
    rows = pl.concat([part for part in parts if len(part)], how="diagonal")
    tokens = [name for name in token_columns(rows) if rows[name].sum()]
    features = [*MEASURES, *tokens]
    rows = rows.select(
        *ORIGIN,
        pl.col(MEASURES).round(_DECIMALS),
        pl.col(tokens).fill_null(0).cast(pl.Int64),
    ).unique(features, keep="first", maintain_order=True)
    write_table(path, rows)
    return len(rows)


def read_examples(folder: Path = DATASET) -> pl.DataFrame:
    """Return both sets with ``label`` (1 dangerous) and what ``training.folds`` needs.

    A token that one set lacks is counted 0 there. Raises ``TableError`` for a set that cannot be
    read.
    """
    sets = [_read(folder / name, label) for label, name in enumerate((GOOD_SET, BAD_SET))]
    rows = pl.concat(sets, how="diagonal")
    tokens = token_columns(rows)
    return rows.select(
        "label",
        *ORIGIN,
        pl.lit(None, dtype=pl.String).alias("certificate"),
        *MEASURES,
        pl.col(tokens).fill_null(0),
    )


def token_columns(rows: pl.DataFrame) -> list[str]:
    """Return the columns that count tokens, by name: those that no other column may have."""
    return sorted(name for name in rows.columns if name not in RESERVED and "_" not in name)


def _read(path: Path, label: int) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = dict.fromkeys(ORIGIN, pl.String())
    schema |= dict.fromkeys(MEASURES, pl.Float64())
    schema |= dict.fromkeys(_tokens_of(path), pl.Int64())
    return read_table(path, schema).with_columns(label=pl.lit(label, dtype=pl.Int64))


def _tokens_of(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as lines:
            names = lines.readline().rstrip("\n").split(",")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from None
    known = {*ORIGIN, *MEASURES}
    return [name for name in names if name and name not in known]
