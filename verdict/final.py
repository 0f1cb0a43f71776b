"""FINAL: one calibrated probability from those of the detectors that could assess a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.card import MODELS, read_card
from models.errors import ModelError
from models.storage import load_json, save_json

DETECTORS: Final = ("module1", "random_forest", "gbdt")
KIT: Final = "kit_certificate_ratio"
"""The column that says how many of a server's certificates are the default of a malware kit."""
KIT_LOG_ODDS: Final = 4.0
"""What such a certificate adds: it makes malicious fifty times as likely. None of the benign
servers of the training data shows one; how rare they are elsewhere is an assumption."""
FOLDER: Final = "final"
FILE: Final = "combination.json"
_DECIMALS: Final = 9
_MOST_CERTAIN: Final = (
    0.999  # what a detector says beyond this, or below its opposite, counts alike
)


@dataclass(frozen=True)
class Formula:
    """Log-odds of FINAL = intercept + the sum of weight times log-odds of each detector.

    ``KIT_LOG_ODDS`` come on top where a certificate is the default of a malware kit.
    """

    intercept: float
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Combination:
    """A formula for every set of detectors that may have assessed a server, and the threshold.

    Keys of ``formulas`` name the detectors in the order of ``DETECTORS``, joined by ``+``.
    """

    formulas: Mapping[str, Formula]
    threshold: float

    def probabilities(self, rows: pl.DataFrame) -> pl.Series:
        """Return FINAL of each row from the detectors' columns, null where none has a value.

        Without the column ``KIT`` no certificate is known to be a kit's.
        """
        odds = log_odds(rows)
        kit = _kit_log_odds(rows)
        assessed = ~np.isnan(odds)
        result = np.full(len(rows), np.nan)
        for key, formula in self.formulas.items():
            wanted = np.isin(DETECTORS, key.split("+"))
            chosen = (assessed == wanted).all(axis=1)
            if chosen.any():
                exponent = formula.intercept + odds[chosen][:, wanted] @ np.array(formula.weights)
                result[chosen] = 1 / (1 + np.exp(-exponent - kit[chosen]))
        # The last bits of a product of matrices depend on where in the table a row stands.
        return pl.Series("final", result.round(_DECIMALS)).fill_nan(None)

    def to_json(self) -> dict[str, Any]:
        """Return the combination as values that JSON can hold."""
        formulas = {
            key: {"intercept": formula.intercept, "weights": list(formula.weights)}
            for key, formula in self.formulas.items()
        }
        return {"formulas": formulas, "threshold": self.threshold}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Combination:
        """Return the combination that ``to_json`` wrote."""
        formulas = {
            key: Formula(formula["intercept"], tuple(formula["weights"]))
            for key, formula in content["formulas"].items()
        }
        return cls(formulas, content["threshold"])


def log_odds(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Return the detectors' log-odds, shape (rows, detectors), NaN where one did not assess."""
    probabilities = rows.select(pl.col(DETECTORS).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    bounded = np.clip(probabilities, 1 - _MOST_CERTAIN, _MOST_CERTAIN)
    odds: NDArray[np.float64] = np.log(bounded / (1 - bounded))
    return odds


def _kit_log_odds(rows: pl.DataFrame) -> NDArray[np.float64]:
    if KIT not in rows.columns:
        return np.zeros(len(rows))
    shown = rows.select(pl.col(KIT).cast(pl.Float64).fill_null(0.0) > 0).to_series().to_numpy()
    return np.where(shown, KIT_LOG_ODDS, 0.0)


def load(models: Path = MODELS) -> Combination:
    """Return the trained combination; raises ``ModelError``."""
    folder = models / FOLDER
    read_card(folder, DETECTORS)
    try:
        return Combination.from_json(load_json(folder / FILE))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / FILE}: not a combination ({error!r})") from None


def save(combination: Combination, models: Path) -> None:
    """Write the combination into its folder below ``models``."""
    folder = models / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    save_json(folder / FILE, combination.to_json())
