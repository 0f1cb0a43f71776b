"""The two models of this module behind one form: how each is fitted, read and stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.storage import save_forest, save_lightgbm
from module2.boosted_trees import SETTINGS, fit_boosted_trees, fitted_trees_probabilities
from module2.detect import FEATURES_OF, FOREST_FILE, GBDT, RANDOM_FOREST, TREES_FILE
from module2.encoding import Matrix
from module2.forest import fit_forest, fitted_forest_probabilities


@dataclass(frozen=True)
class Algorithm:
    """How one of the two models is fitted, read and stored.

    Training chooses one of the ``settings``, which ``fit`` takes as named arguments.
    """

    name: str
    description: str
    features: tuple[str, ...]
    file: str
    libraries: tuple[str, ...]
    fit: Callable[..., Any]
    probabilities: Callable[[Any, Matrix], Matrix]
    save: Callable[[Path, Any], None]
    settings: tuple[Mapping[str, Any], ...] = ({},)


ALGORITHMS: Final = (
    Algorithm(
        RANDOM_FOREST,
        f"random forest over the {len(FEATURES_OF[RANDOM_FOREST])} classic features of a server",
        FEATURES_OF[RANDOM_FOREST],
        FOREST_FILE,
        ("numpy", "polars", "scikit-learn"),
        fit_forest,
        fitted_forest_probabilities,
        save_forest,
    ),
    Algorithm(
        GBDT,
        f"gradient-boosted trees (LightGBM) over {len(FEATURES_OF[GBDT])} features of a server",
        FEATURES_OF[GBDT],
        TREES_FILE,
        ("lightgbm", "numpy", "polars"),
        fit_boosted_trees,
        fitted_trees_probabilities,
        save_lightgbm,
        SETTINGS,
    ),
)
