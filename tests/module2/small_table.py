"""A small training table, made up from a seed, and small models to train on it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from module2.algorithms import ALGORITHMS
from module2.boosted_trees import fit_boosted_trees
from module2.columns import CATEGORICAL, COUNTS, FEATURES
from module2.forest import fit_forest
from module2.labelled_rows import TABLE_SCHEMA, in_table_form

# The models in service with fewer trees.
SMALL_ALGORITHMS: Final = (
    replace(ALGORITHMS[0], fit=partial(fit_forest, n_estimators=20)),
    replace(ALGORITHMS[1], fit=partial(fit_boosted_trees, rounds=60), settings=({},)),
)


def training_table(families: int = 6, captures: int = 8, servers: int = 4) -> pl.DataFrame:
    """Return rows of malicious families and normal captures, with missing values."""
    random = np.random.default_rng(7)
    origins = [
        (1, f"m{group}", f"F{group}", n) for group in range(families) for n in range(servers)
    ]
    origins += [(0, f"n{group}", "", n) for group in range(captures) for n in range(servers)]
    rows = [
        {
            "label": label,
            "capture": capture,
            "family": family,
            "role": "c2" if label else "",
            "client": "192.168.1.23",
            "server": f"198.51.100.{number}",
            "port": 443,
            "proto": "tcp",
            "certificate": f"{capture}-{number}",
            **_features(random, label),
        }
        for label, capture, family, number in origins
    ]
    return in_table_form(pl.DataFrame(rows, schema=TABLE_SCHEMA))


def _features(random: np.random.Generator, label: int) -> dict[str, str | int | float | None]:
    values: dict[str, str | int | float | None] = {}
    for name in FEATURES:
        if name in CATEGORICAL:
            values[name] = str(random.choice(["a", "b", "c"]))
        elif name in COUNTS:
            values[name] = int(random.integers(0, 9))
        else:
            values[name] = float(random.normal(3.0 * label if name == "avg_size" else 0.0))
    if random.random() < 0.3:
        values["avg_TTL"] = None
        values["cert_key_type"] = None
    return values
