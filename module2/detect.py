"""The trained models in service: probabilities, thresholds and reasons for server rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.card import MODELS, Card, read_card, retrain
from models.contribution import Contribution, strength
from models.errors import ModelError
from models.feature_ranges import MALICIOUS, NORMAL, Range, load_ranges
from models.forest import forest_probabilities, forest_shares
from models.lightgbm_text import lightgbm_probabilities
from models.storage import load_forest, load_json, load_lightgbm
from models.tree_shares import LeafConditions, shares
from models.trees import Trees
from models.usual import SERVERS, Usual, load_usual
from module2.columns import CLASSIC_FEATURES, LEARNED_FEATURES
from module2.encoding import Encoders, Matrix

RANDOM_FOREST: Final = "random_forest"
GBDT: Final = "gbdt"
FOREST_FILE: Final = "forest.npz"
TREES_FILE: Final = "trees.txt"
ENCODERS_FILE: Final = "encoders.json"
THRESHOLD: Final = "false_positive_rate_0.01"
FEATURES_OF: Final = {RANDOM_FOREST: CLASSIC_FEATURES, GBDT: LEARNED_FEATURES}


@dataclass(frozen=True)
class Detectors:
    """Both models with their encoders; ``thresholds`` are probabilities, by detector."""

    forest: Trees
    forest_encoders: Encoders
    boosted: Trees
    boosted_encoders: Encoders
    thresholds: Mapping[str, float]
    normal_ranges: Mapping[str, Range]
    malicious_ranges: Mapping[str, Range]
    usual: Usual = Usual()  # noqa: RUF009 - frozen

    def score(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the probabilities ``random_forest`` and ``gbdt`` for server rows, in order."""
        if rows.is_empty():
            return pl.DataFrame(schema={RANDOM_FOREST: pl.Float64, GBDT: pl.Float64})
        forest = forest_probabilities(self.forest, self.forest_encoders.transform(rows))
        boosted = lightgbm_probabilities(self.boosted, self.boosted_encoders.transform(rows))
        return pl.DataFrame({RANDOM_FOREST: forest, GBDT: boosted})

    def contributions(self, rows: pl.DataFrame) -> list[dict[str, list[Contribution]]]:
        """Return for each row what moved each detector's score, strongest first.

        The forest's contributions are differences of probability, those of ``gbdt`` of log-odds.
        """
        of_forest = self.forest_encoders.transform(rows)
        of_boosted = self.boosted_encoders.transform(rows)
        return [
            {
                RANDOM_FOREST: self._ranked(RANDOM_FOREST, row, forest_shares(self.forest, first)),
                GBDT: self._ranked(GBDT, row, shares(self.boosted, self._leaf_conditions, second)),
            }
            for row, first, second in zip(
                rows.iter_rows(named=True), of_forest, of_boosted, strict=True
            )
        ]

    def _ranked(
        self, detector: str, row: Mapping[str, Any], contributions: Matrix
    ) -> list[Contribution]:
        entries = [
            Contribution(
                name,
                row[name],
                float(share),
                self.normal_ranges.get(name),
                self.usual.alike(name, row[name]),
            )
            for name, share in zip(FEATURES_OF[detector], contributions, strict=True)
        ]
        return sorted(entries, key=strength)

    @cached_property
    def _leaf_conditions(self) -> LeafConditions:
        return LeafConditions.of(self.boosted)


def load(models: Path = MODELS) -> Detectors:
    """Return the detectors of a models folder; raises ``ModelError`` when one is unusable."""
    forest_folder, boosted_folder = models / RANDOM_FOREST, models / GBDT
    cards = {RANDOM_FOREST: _card(forest_folder), GBDT: _card(boosted_folder)}
    return Detectors(
        load_forest(forest_folder / FOREST_FILE),
        _encoders(forest_folder),
        load_lightgbm(boosted_folder / TREES_FILE),
        _encoders(boosted_folder),
        {name: card.thresholds[THRESHOLD] for name, card in cards.items()},
        load_ranges(boosted_folder / NORMAL),
        _malicious_ranges(boosted_folder, cards[GBDT]),
        load_usual(models / SERVERS),
    )


def _card(folder: Path) -> Card:
    card = read_card(folder, FEATURES_OF[folder.name])
    if THRESHOLD not in card.thresholds:
        raise ModelError(f"{folder}: no threshold {THRESHOLD} in its card; {retrain(folder)}")
    return card


def _malicious_ranges(folder: Path, card: Card) -> dict[str, Range]:
    """Return the ranges of a model; one of an earlier program has none."""
    return load_ranges(folder / MALICIOUS) if MALICIOUS in card.files else {}


def _encoders(folder: Path) -> Encoders:
    try:
        return Encoders.from_json(load_json(folder / ENCODERS_FILE), FEATURES_OF[folder.name])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder / ENCODERS_FILE}: no encoders ({error}); {retrain(folder)}"
        ) from None
