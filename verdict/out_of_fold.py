"""The detectors' out-of-fold probabilities side by side: what FINAL learns from.

They come from models that saw neither the row's capture nor its malicious family, unless a
detector's card says that they are of training rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from models.card import retrain
from models.errors import ModelError
from verdict.final import DETECTORS, KIT

FILE: Final = "out_of_fold.csv.gz"
SERVER_DETECTORS: Final = ("random_forest", "gbdt")
KEY: Final = ("capture", "client", "server", "port", "proto")
DESCRIPTION: Final = ("label", "family", "role", "certificate")
_KINDS: Final = {"port": pl.Int64, "label": pl.Int64, "probability": pl.Float64, KIT: pl.Float64}


def paths(models: Path) -> list[Path]:
    """Return the files that ``read`` needs."""
    return [models / detector / FILE for detector in DETECTORS]


def read(models: Path) -> pl.DataFrame:
    """Return one row a server: ``KEY``, ``DESCRIPTION``, ``KIT`` and a column for each detector.

    Module 1's probability is the mean over the connections. The servers are those that module 2
    was measured on, which leaves out rows that repeat another. A detector without a row is null.
    Raises ``ModelError`` when a file is missing or is not such a table.
    """
    tables = [probabilities(models / detector / FILE, detector) for detector in DETECTORS]
    descriptions = pl.concat(
        [
            table.select(*KEY, *DESCRIPTION, KIT)
            for table, detector in zip(tables, DETECTORS, strict=True)
            if detector in SERVER_DETECTORS
        ]
    )
    rows = descriptions.sort(*KEY, "certificate", nulls_last=True).unique(
        KEY, keep="first", maintain_order=True
    )
    for table, detector in zip(tables, DETECTORS, strict=True):
        rows = rows.join(table.select(*KEY, detector), on=KEY, how="left", maintain_order="left")
    return rows


def probabilities(path: Path, detector: str) -> pl.DataFrame:
    """Return one row a server of one file, its probability in a column named as the detector.

    Raises ``ModelError``.
    """
    try:
        table = pl.read_csv(path, infer_schema=False)
        known = table if KIT in table.columns else table.with_columns(pl.lit(None).alias(KIT))
        typed = known.with_columns(pl.col(name).cast(kind) for name, kind in _KINDS.items())
        return typed.group_by(KEY, maintain_order=True).agg(
            *(pl.col(name).drop_nulls().first() for name in DESCRIPTION),
            pl.col("probability").mean().alias(detector),
            pl.col(KIT).max(),
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(
            f"{path}: no table of out-of-fold probabilities ({reason}); {retrain(path.parent)}"
        ) from None
