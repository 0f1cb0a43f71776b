"""Columns derived from a connection's own fields, without anything learnt from other rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from knowledge.entropy import entropy
from module1.name_parts import PARTS, parts, value_of

# The names whose parts get columns, and what their columns begin with.
NAMES: Final = {"tlsSubject": "subject", "tlsIssuerDn": "issuer"}
PART_COLUMNS: Final = tuple(f"{prefix}_{part}" for prefix in NAMES.values() for part in PARTS)
_SSL_VERSIONS: Final = {"SSLv2": 0.2, "SSLv3": 0.3}


def derived_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the text columns ``PART_COLUMNS`` and the numbers of ``NUMBERS``.

    ``rows`` has the fields of ``module1.features``. Sizes are in bytes, entropies in bits a
    character, ratios are out / in. A part that is absent, and whatever follows from it, is null.
    """
    named = rows.with_columns(
        *(_name_parts(rows[field], prefix) for field, prefix in NAMES.items()),
        pl.col("tlsSni").str.to_lowercase().str.strip_chars_end("."),
    ).unnest(*(f"{prefix}_name" for prefix in NAMES.values()))
    numbers = {name: number.cast(pl.Float64) for name, number in _NUMBERS.items()}
    return named.select(*PART_COLUMNS, **numbers)


def each_once(values: pl.Series, function: Callable[[str], Any], kind: pl.DataType) -> pl.Series:
    """Return the function of each value, called once for each distinct one; null for null."""
    distinct = values.drop_nulls().unique(maintain_order=True)
    results = pl.Series([function(value) for value in distinct], dtype=kind)
    table = pl.DataFrame({"value": distinct, "result": results})
    found = (
        values.alias("value").to_frame().join(table, on="value", how="left", maintain_order="left")
    )
    return found["result"].alias(values.name)


def _name_parts(names: pl.Series, prefix: str) -> pl.Series:
    """Return a struct of the parts of each name and their number."""
    kind = pl.Struct(
        {f"{prefix}_{part}": pl.String for part in PARTS} | {f"{prefix}_parts": pl.Int64}
    )

    def struct(name: str) -> dict[str, str | int | None]:
        found = parts(name)
        values = {f"{prefix}_{part}": value_of(found, part) for part in PARTS}
        return {**values, f"{prefix}_parts": len(found)}

    return each_once(names, struct, kind).alias(f"{prefix}_name")


def _ratio(numerator: str, denominator: str) -> pl.Expr:
    positive = pl.col(denominator) > 0
    return pl.when(positive).then(pl.col(numerator) / pl.col(denominator))


def _entropy(column: str) -> pl.Expr:
    return pl.col(column).map_batches(
        lambda values: each_once(values, entropy, pl.Float64()), return_dtype=pl.Float64()
    )


def _version() -> pl.Expr:
    version = pl.col("tlsVersion")
    ssl = version.replace_strict(_SSL_VERSIONS, default=None, return_dtype=pl.Float64)
    return pl.coalesce(ssl, version.str.extract(r"TLS (\d\.\d)$").cast(pl.Float64))


def _matches_sni() -> pl.Expr:
    """Whether the subject's CN is the SNI, or a wildcard for it (which stands for one label)."""
    name, sni = pl.col("subject_CN").str.to_lowercase(), pl.col("tlsSni")
    wildcard = pl.concat_str(pl.lit("*."), sni.str.extract(r"^[^.]+\.(.+)$"))
    return (name == sni) | (name == wildcard).fill_null(False)


_NUMBERS: Final = {
    "bytes_out": pl.col("bytesOut"),
    "packets_out": pl.col("pktsOut"),
    "bytes_in": pl.col("bytesIn"),
    "packets_in": pl.col("pktsIn"),
    "bytes_ratio": _ratio("bytesOut", "bytesIn"),
    "packets_ratio": _ratio("pktsOut", "pktsIn"),
    "bytes_per_packet_out": _ratio("bytesOut", "pktsOut"),
    "bytes_per_packet_in": _ratio("bytesIn", "pktsIn"),
    "version": _version(),
    "subject_parts": pl.col("subject_parts"),
    "issuer_parts": pl.col("issuer_parts"),
    "has_issuer": pl.col("tlsIssuerDn").is_not_null(),
    "subject_is_issuer": pl.col("tlsSubject") == pl.col("tlsIssuerDn"),
    "has_sni": pl.col("tlsSni").is_not_null(),
    "sni_length": pl.col("tlsSni").str.len_chars(),
    "sni_labels": pl.col("tlsSni").str.count_matches(".", literal=True) + 1,
    "sni_entropy": _entropy("tlsSni"),
    "subject_CN_length": pl.col("subject_CN").str.len_chars(),
    "subject_CN_entropy": _entropy("subject_CN"),
    "subject_CN_matches_sni": _matches_sni(),
}
NUMBERS: Final = tuple(_NUMBERS)
