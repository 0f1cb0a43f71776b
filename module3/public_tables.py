"""Labelled flow tables of others, in the columns of CSE-CIC-IDS2018, brought into our units."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from module3.classes import CLASSES, class_of
from module3.columns import COLUMNS
from module3.model_columns import BASE, cleaned
from training.tables import TableError, unreadable

LABEL: Final = "Label"
_TIMES: Final = tuple(column.name for column in COLUMNS if column.unit == "seconds")
_RATE: Final = "Flow Pkts/s"
# Between 1, where times are in seconds, and 10⁶, where they are in microseconds.
_BETWEEN: Final = 1e3
_DECIMALS: Final = 6
KINDS: Final = pl.Enum(CLASSES)
_MOST_NAMED: Final = 5


def read_flows(path: Path, on_warning: Callable[[str], None]) -> pl.DataFrame:
    """Return the labelled rows of a CSV (also .gz) or Parquet table: ``BASE``, ``Label``.

    Times are seconds; a table in microseconds is known by its rates. Labels become those of
    ``classes``; rows of other labels, or without one, are left out, with a warning that counts
    them. Raises ``TableError``, also when no row is left.
    """
    table = _read(path)
    missing = [name for name in (*BASE, _RATE, LABEL) if name not in table.columns]
    if missing:
        raise TableError(f"{path}: no column {', '.join(missing)}; is it a flow table?")
    labels = [(label or "").strip() for label in table[LABEL].cast(pl.String)]
    classes = [class_of(label) for label in labels]
    unknown = [label for label, name in zip(labels, classes, strict=True) if name is None]
    if len(unknown) == len(labels):
        raise TableError(
            f"{path}: no row whose {LABEL} is a class that the models know: {_named(unknown)}; "
            f"label its rows with {', '.join(CLASSES)}"
        )
    if unknown:
        on_warning(
            f"{path}: left out {len(unknown)} of {len(labels)} rows, whose {LABEL} is no class "
            f"that the models know: {_named(unknown)}"
        )
    rows = _in_seconds(table).with_columns(pl.Series(LABEL, classes, pl.String))
    return rows.drop_nulls(LABEL)


def _named(labels: Sequence[str]) -> str:
    """Return the most frequent labels with their counts."""
    counts = Counter(labels).most_common()
    named = [f"{label or 'no label'} ({count})" for label, count in counts[:_MOST_NAMED]]
    others = [f"{len(counts) - _MOST_NAMED} others"] if len(counts) > _MOST_NAMED else []
    return ", ".join([*named, *others]) or "it has no rows"


def _read(path: Path) -> pl.DataFrame:
    try:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            return pl.read_parquet(io.BytesIO(content))
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        return pl.read_csv(text, infer_schema=False)
    except (OSError, EOFError, zlib.error, pl.exceptions.PolarsError) as error:
        raise unreadable(path, error) from None


def _in_seconds(table: pl.DataFrame) -> pl.DataFrame:
    """Return ``cleaned`` columns with times in seconds."""
    rows = cleaned(table)
    rate = table[_RATE].cast(pl.Float64, strict=False)
    packets = rows["Tot Fwd Pkts"] + rows["Tot Bwd Pkts"]
    unit = (rate * rows["Flow Duration"] / packets).filter(
        rate.is_finite() & (rate > 0) & (rows["Flow Duration"] > 0)
    )
    middle = unit.median()
    if not isinstance(middle, float) or middle < _BETWEEN:
        return rows
    times = pl.col([name for name in BASE if name in _TIMES])
    return rows.with_columns((times / 1e6).round(_DECIMALS))
