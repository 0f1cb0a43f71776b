"""Text columns of a log to the types of the schema; what does not parse is null."""

from __future__ import annotations

import polars as pl

from capture.schema import Schema

_ISO_8601 = "%Y-%m-%dT%H:%M:%S%.f%z"


def with_types(raw: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return all columns of the schema in its order, then the other columns unchanged."""
    known = [
        _typed(raw[name], kind) if name in raw.columns else _nulls(name, kind, raw.height)
        for name, kind in schema.items()
    ]
    extra = [raw[name] for name in raw.columns if name not in schema]
    return pl.DataFrame([*known, *extra])


def _nulls(name: str, kind: pl.DataType, length: int) -> pl.Series:
    return pl.Series(name, [None], dtype=kind).extend_constant(None, max(length - 1, 0))[:length]


def _typed(raw: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == pl.Float64():
        return _number_or_time(raw)
    if kind == pl.Int64():
        return _count(raw)
    if kind == pl.Boolean():
        meanings = {"T": True, "true": True, "F": False, "false": False}
        return raw.replace_strict(meanings, default=None, return_dtype=pl.Boolean)
    if kind in (pl.List(pl.Float64()), pl.List(pl.Int64())):
        return raw.cast(kind, strict=False)
    return raw.cast(kind)


def _number_or_time(raw: pl.Series) -> pl.Series:
    numbers = raw.cast(pl.Float64, strict=False)
    if numbers.null_count() > raw.null_count():
        numbers = numbers.fill_null(_iso_time(raw))
    return numbers.to_frame().select(pl.when(pl.first().is_finite()).then(pl.first())).to_series()


def _iso_time(raw: pl.Series) -> pl.Series:
    with_offset = raw.str.replace("Z$", "+0000")
    times = with_offset.str.to_datetime(_ISO_8601, time_unit="us", time_zone="UTC", strict=False)
    return times.dt.epoch("us") / 1e6


def _count(raw: pl.Series) -> pl.Series:
    counts = raw.cast(pl.Int64, strict=False)
    if counts.null_count() > raw.null_count():
        counts = counts.fill_null(raw.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False))
    return counts
