"""Frequency codes: a category is replaced by how often it occurred in the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

FEWEST: Final = 3


@dataclass(frozen=True)
class FrequencyCodes:
    """Counts of the values seen at least ``FEWEST`` times, and the code of all others.

    ``rare_code`` is the code of values seen less often or never; None makes them missing.
    """

    counts: Mapping[str, int]
    rare_code: int | None

    @classmethod
    def fit(cls, values: pl.Series, *, rare_is_missing: bool = False) -> FrequencyCodes:
        """Count the values of a string column; missing values are no category.

        Rare values share one class whose code is the number of their rows, unless
        ``rare_is_missing``.
        """
        table = values.drop_nulls().alias("value").value_counts().sort("value")
        frequent = table.filter(pl.col("count") >= FEWEST)
        rare_rows = int(table["count"].sum()) - int(frequent["count"].sum())
        counts = dict(zip(frequent["value"].to_list(), frequent["count"].to_list(), strict=True))
        return cls(counts, None if rare_is_missing else rare_rows)

    def transform(self, values: pl.Series) -> pl.Series:
        """Return the code of each value as Float64; a missing value stays missing."""
        texts = values.cast(pl.String)
        known = pl.Series(list(self.counts), dtype=pl.String)
        numbers = pl.Series(list(self.counts.values()), dtype=pl.Float64)
        codes = texts.replace_strict(
            known, numbers, default=self.rare_code, return_dtype=pl.Float64
        )
        return codes.set(texts.is_null(), None)

    def to_json(self) -> dict[str, Any]:
        """Return the codes as values that JSON can hold."""
        return {"counts": dict(sorted(self.counts.items())), "rare_code": self.rare_code}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> FrequencyCodes:
        """Return the codes that ``to_json`` wrote."""
        return cls(dict(content["counts"]), content["rare_code"])
