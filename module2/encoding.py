"""Server rows as numbers: the matrix that both models read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.frequency import FrequencyCodes
from module2.columns import CATEGORICAL, FEATURES

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Encoders:
    """Frequency codes of the categorical features, fitted on training rows.

    ``features`` are the columns that a model reads, in its order.
    """

    codes: Mapping[str, FrequencyCodes]
    features: tuple[str, ...] = FEATURES

    @classmethod
    def fit(cls, rows: pl.DataFrame, features: Sequence[str] = FEATURES) -> Encoders:
        """Count the values of each categorical feature in the training rows."""
        codes = {name: FrequencyCodes.fit(rows[name]) for name in CATEGORICAL}
        return cls(codes, tuple(features))

    def transform(self, rows: pl.DataFrame) -> Matrix:
        """Return an array of shape (rows, features), NaN where a feature is missing."""
        coded = [
            self.codes[name].transform(rows[name]) if name in self.codes else rows[name]
            for name in self.features
        ]
        numbers = pl.DataFrame(coded).select(pl.all().cast(pl.Float64).fill_null(float("nan")))
        return np.ascontiguousarray(numbers.to_numpy(), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the codes as values that JSON can hold."""
        return {name: codes.to_json() for name, codes in self.codes.items()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any], features: Sequence[str] = FEATURES) -> Encoders:
        """Return the encoders that ``to_json`` wrote, for a model of these features."""
        codes = {name: FrequencyCodes.from_json(content[name]) for name in CATEGORICAL}
        return cls(codes, tuple(features))
