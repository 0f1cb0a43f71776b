"""The usual values of features among the rows of one kind that a model was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from models.errors import ModelError
from models.storage import load_json, save_json

NORMAL: Final = "normal_ranges.json"
MALICIOUS: Final = "malicious_ranges.json"
_LOW: Final = 0.05
_HIGH: Final = 0.95
_DIGITS: Final = 6  # significant ones, so that rounding of arithmetic does not show

Range = tuple[float, float]


def fit_ranges(rows: pl.DataFrame, features: Sequence[str]) -> dict[str, Range]:
    """Return the 5 % and 95 % quantiles of each numeric feature over its known values.

    A feature without a known value has no range.
    """
    numeric = [name for name in features if rows.schema[name].is_numeric()]
    ends = [
        rows.select(pl.col(name).quantile(share, "nearest") for name in numeric)
        for share in (_LOW, _HIGH)
    ]
    if not numeric:
        return {}
    pairs = zip(numeric, ends[0].row(0), ends[1].row(0), strict=True)
    return {name: (_rounded(low), _rounded(high)) for name, low, high in pairs if low is not None}


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def save_ranges(path: Path, ranges: Mapping[str, Range]) -> None:
    """Write the ranges to a file beside a model."""
    save_json(path, {name: list(ends) for name, ends in ranges.items()})


def load_ranges(path: Path) -> dict[str, Range]:
    """Return what ``save_ranges`` wrote; raises ``ModelError`` when it is something else."""
    try:
        content = load_json(path)
        return {name: (float(low), float(high)) for name, (low, high) in content.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: no ranges of features ({error})") from None
