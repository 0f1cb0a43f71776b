"""The scores that training stored beside the models, of rows held out with family and capture.

Where too few of these were there the scores are of training rows, and the document says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.document import document, measured
from evaluation.scored import ORIGIN, Scored, figures_by_level, put_together
from evaluation.wording import NAMES
from models.card import retrain
from models.errors import ModelError
from training.resampling import RESAMPLES
from verdict import out_of_fold
from verdict.evaluate import measured_on_training_rows, threshold_of
from verdict.final import DETECTORS, FOLDER


def stored_document(models: Path, resamples: int = RESAMPLES) -> dict[str, Any]:
    """Return the document of the stored scores; raises ``ModelError``."""
    figures = figures_by_level(stored_scores(models), thresholds(models), resamples)
    seen = measured_on_training_rows(models)
    if not seen:
        return document("stored", {}, [measured("families and captures held out", figures)])
    settings = {"scores_of_training_rows": ", ".join(NAMES[name] for name in seen)}
    return document("stored", settings, [measured("training rows (optimistic)", figures)])


def thresholds(models: Path) -> Mapping[str, float]:
    """Return each detector's threshold in the models' cards; raises ``ModelError``."""
    return {name: threshold_of(models, name) for name in (*DETECTORS, FOLDER)}


def stored_scores(models: Path) -> Scored:
    """Return the servers that module 2 was measured on, and module 1's connections."""
    final = out_of_fold.probabilities(models / FOLDER / out_of_fold.FILE, "final")
    servers = out_of_fold.read(models).join(
        final.select(*out_of_fold.KEY, "final"), on=out_of_fold.KEY, how="left"
    )
    return put_together(servers, _connections(models / "module1" / out_of_fold.FILE))


def _connections(path: Path) -> pl.DataFrame:
    kinds = {"label": pl.Int64, "port": pl.Int64, "probability": pl.Float64}
    try:
        rows = pl.read_csv(path, infer_schema=False)
        typed = rows.with_columns(pl.col(name).cast(kind) for name, kind in kinds.items())
        return typed.select(*ORIGIN, module1="probability")
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(
            f"{path}: no table of out-of-fold probabilities ({reason}); {retrain(path.parent)}"
        ) from None
