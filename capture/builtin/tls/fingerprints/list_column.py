"""Columns of lists, put together at once: polars is slow over Python lists one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import polars as pl


def column(name: str, values: Sequence[Any], kind: pl.DataType) -> pl.Series:
    """Return a column of the type ``kind``, its lists given as tuples; None is missing."""
    if isinstance(kind, pl.List):
        return list_column(name, values, kind)
    return pl.Series(name, values, dtype=kind)


def list_column(name: str, values: Sequence[tuple[Any, ...] | None], kind: pl.List) -> pl.Series:
    """Return a column of the type ``kind``; None is missing."""
    distinct = list(dict.fromkeys(value for value in values if value))
    empty_and_missing = pl.Series(name, [[], None], dtype=kind)
    pool = _filled_lists(name, distinct, kind).append(empty_and_missing)
    places: dict[tuple[Any, ...] | None, int] = {value: at for at, value in enumerate(distinct)}
    places |= {(): len(distinct), None: len(distinct) + 1}
    return pool.gather([places[value] for value in values])


def _filled_lists(name: str, values: list[tuple[Any, ...]], kind: pl.List) -> pl.Series:
    """Return a column of lists, none of which is empty."""
    rows = np.repeat(np.arange(len(values)), [len(value) for value in values])
    items = pl.Series(name, list(chain.from_iterable(values)), dtype=kind.inner)
    flat = pl.DataFrame([pl.Series("row", rows), items])
    return flat.group_by("row", maintain_order=True).agg(name).get_column(name)
