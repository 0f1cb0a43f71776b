"""The probability that a TLS connection is malicious, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.card import MODELS, read_card, retrain
from models.contribution import Contribution, strength
from models.errors import ModelError
from models.feature_ranges import NORMAL, Range, load_ranges
from models.usual import CONNECTIONS, Usual, load_usual
from module1.encoders import Encoders
from module1.trees import Boosters

MODULE: Final = "module1"


@dataclass(frozen=True)
class Detector:
    """The trained trees with their encoders; ``threshold`` is the least malicious probability."""

    encoders: Encoders
    boosters: Boosters
    threshold: float
    normal_ranges: Mapping[str, Range]
    usual: Usual = Usual()  # noqa: RUF009 - frozen

    def score(self, rows: pl.DataFrame) -> pl.Series:
        """Return the probability of each row of ``module1.features.connection_rows``."""
        if rows.is_empty():
            return pl.Series("probability", [], dtype=pl.Float64)
        encoded = self.encoders.transform(rows)
        return pl.Series("probability", self.boosters.predict(encoded.to_numpy()))

    def contributions(self, rows: pl.DataFrame) -> list[list[Contribution]]:
        """Return for each row what moved its score, strongest first, in log-odds.

        The trees' contributions, averaged; the word vectors of a name are summed into one
        entry, named ``subject_words`` and the like, whose value is the name.
        """
        encoded = self.encoders.transform(rows)
        found = []
        for row, values, numbers in zip(
            rows.iter_rows(named=True), encoded.iter_rows(), encoded.to_numpy(), strict=True
        ):
            amounts = self.boosters.contributions(numbers).tolist()
            columns = list(zip(encoded.columns, values, amounts, strict=True))
            found.append(sorted(self._entries(row, columns), key=strength))
        return found

    def _entries(
        self, row: Mapping[str, Any], columns: Sequence[tuple[str, float | None, float]]
    ) -> Iterator[Contribution]:
        vectors = {
            column: name for name in self.encoders.texts for column in self.encoders.vector(name)
        }
        for column, value, amount in columns:
            if column not in vectors:
                usual = self.normal_ranges.get(column) or self.usual.ranges.get(column)
                yield Contribution(column, value, amount, usual, self.usual.alike(column, value))
        for name, field in self.encoders.texts.items():
            total = sum(amount for column, _, amount in columns if vectors.get(column) == name)
            alike = self.usual.alike(words_of(name), row[field])
            yield Contribution(words_of(name), row[field], total, None, alike)


def words_of(name: str) -> str:
    """Return what the word vectors of a name are called together."""
    return f"{name}_words"


def load(models: Path = MODELS) -> Detector:
    """Return the trained detector of ``models/module1``.

    Raises ``ModelError`` when a file is missing, differs from the card or fits other features.
    """
    folder = models / MODULE
    card = read_card(folder)
    encoders = Encoders.load(folder)
    if encoders.features != card.features or MODULE not in card.thresholds:
        raise ModelError(
            f"{folder}: the model was trained on other features than this version computes; "
            f"{retrain(folder)}"
        )
    boosters = Boosters.load(folder, sorted(card.files))
    ranges = load_ranges(folder / NORMAL)
    usual = load_usual(models / CONNECTIONS)
    return Detector(encoders, boosters, card.thresholds[MODULE], ranges, usual)
