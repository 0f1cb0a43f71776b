"""Train FINAL from the detectors' out-of-fold probabilities: python -m verdict.train."""

from __future__ import annotations

import argparse
import gzip
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.card import MODELS, TRAINING_ROWS, Card, write_card
from models.errors import ModelError
from models.replacement import replacing_model
from training.metrics import summary, threshold_at_false_positive_rate
from training.out_of_fold import out_of_fold, possible_folds
from training.progress import tell, warn
from verdict import out_of_fold as out_of_fold_tables
from verdict.final import DETECTORS, FOLDER, Combination, Formula, log_odds, save

FALSE_POSITIVE_RATE: Final = 0.01
PRIOR: Final = 0.1  # malicious share of servers that the probability is calibrated to
MODEL_BROKEN: Final = 4  # exit status
_SOLVER: Final = "newton-cholesky"  # exact, and fast for a single column
# Module 1 sees one connection and few of its features, so it has less say than the others.
_TRUST: Final = {"module1": 0.6, "random_forest": 1.0, "gbdt": 1.0}
_DECIMALS: Final = 6  # of the stored coefficients, so that rounding of arithmetic does not show
_DESCRIPTION: Final = (
    "FINAL: the mean log-odds of the detectors that assessed a server, module 1 with three "
    "fifths of the weight, calibrated by a logistic regression for each set of detectors, and "
    "more where a certificate is the documented default of a malware kit; trained on out-of-fold "
    "probabilities, evaluated and its threshold set on folds that hold families and captures out "
    "once more. Families and captures weigh by the square root of their rows, all families "
    f"together {PRIOR:.0%} of the whole: the prior of the probability."
)


def train(models: Path) -> Card:
    """Write ``final/`` below ``models`` and return its card.

    Raises ``ModelError`` when a detector's out-of-fold table is missing or holds only one class.
    """
    rows = out_of_fold_tables.read(models)
    if rows["label"].n_unique() < 2:
        raise ModelError(f"{models}: FINAL is trained on malicious and normal servers, both needed")
    measured_on, scores = _measured(rows)
    labels = rows["label"].to_numpy().astype(np.int64)
    threshold = threshold_at_false_positive_rate(scores, labels, FALSE_POSITIVE_RATE)
    combination = Combination(fit(rows).formulas, threshold)
    with replacing_model(models / FOLDER) as folder:
        save(combination, folder.parent)
        _write_scores(rows, scores, folder / out_of_fold_tables.FILE)
        return write_card(
            folder,
            description=_DESCRIPTION,
            features=DETECTORS,
            thresholds={"final": threshold},
            metrics={"measured_on": measured_on, **metrics(rows, scores, threshold)},
            libraries=("numpy", "polars", "scikit-learn"),
            training_data=out_of_fold_tables.paths(models),
        )


def _measured(rows: pl.DataFrame) -> tuple[str, NDArray[np.float64]]:
    """Return on what FINAL is measured, and its probability for each row there."""
    if possible_folds(rows) < 2:
        warn("too few families or captures to hold any out: FINAL's threshold is optimistic")
        return TRAINING_ROWS, fit_and_score(rows, rows).round(_DECIMALS)
    return "families and captures held out", out_of_fold(rows, fit_and_score).round(_DECIMALS)


def fit_and_score(training: pl.DataFrame, held_out: pl.DataFrame) -> NDArray[np.float64]:
    """Return FINAL of the held-out rows from a combination fitted to the training rows."""
    return fit(training).probabilities(held_out).to_numpy()


def fit(rows: pl.DataFrame) -> Combination:
    """Return a combination fitted to rows of ``out_of_fold.read``, with threshold 0.5."""
    odds, labels, weights = log_odds(rows), rows["label"].to_numpy(), row_weights(rows)
    formulas = {}
    for size in range(1, len(DETECTORS) + 1):
        for columns in itertools.combinations(range(len(DETECTORS)), size):
            chosen = odds[:, columns]
            known = ~np.isnan(chosen).any(axis=1)
            key = "+".join(DETECTORS[column] for column in columns)
            trust = np.array([_TRUST[DETECTORS[column]] for column in columns])
            formulas[key] = _formula(chosen[known], labels[known], weights[known], trust)
    return Combination(formulas, 0.5)


def row_weights(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Return weights under which a family, or a benign capture, counts as the root of its rows.

    Malicious rows have ``PRIOR`` of the whole weight, whichever families are there: else holding
    out a big family would lower the scores of all that is held out with it.
    """
    group = pl.when(pl.col("label") == 1).then(pl.col("family")).otherwise(pl.col("capture"))
    share = pl.when(pl.col("label") == 1).then(PRIOR).otherwise(1 - PRIOR)
    weight = 1 / pl.len().over(group.alias("group"), "label").sqrt()
    weighted = rows.select(weight=weight, share=share, label="label")
    of_class = pl.col("weight") / pl.col("weight").sum().over("label")
    return weighted.select(of_class * pl.col("share") * len(rows)).to_series().to_numpy()


def _formula(
    odds: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    trust: NDArray[np.float64],
) -> Formula:
    """Calibrate the mean of the detectors' log-odds, shape (rows, detectors) without missing.

    ``trust`` weighs the detectors against each other. Weights fitted for each of them did worse on
    held-out families, which are too few to tell which detector to trust more. Rows of one class
    alone calibrate nothing, and leave the mean as it is.
    """
    shares = trust / trust.sum()
    if len(np.unique(labels)) < 2:
        return Formula(0.0, tuple(round(float(share), _DECIMALS) for share in shares))
    from sklearn.linear_model import LogisticRegression

    mean = (odds @ shares).reshape(-1, 1)
    model = LogisticRegression(solver=_SOLVER).fit(mean, labels, sample_weight=weights)
    slope = max(float(model.coef_[0, 0]), 0.0)
    return Formula(
        round(float(model.intercept_[0]), _DECIMALS),
        tuple(round(slope * float(share), _DECIMALS) for share in shares),
    )


def metrics(rows: pl.DataFrame, scores: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Return figures of the scores: with all malicious rows, and with c2 servers if there are any.

    ``rows`` hold both classes.
    """
    labels = rows["label"].to_numpy().astype(np.int64)
    controllers = (rows["role"] == "c2").fill_null(False).to_numpy()
    chosen = controllers | (labels == 0)
    flagged = rows.with_columns(flagged=pl.Series(scores >= threshold)).filter(label=1)
    by_family = flagged.group_by("family").agg(pl.col("flagged").mean()).sort("family")
    captures = rows["capture"].to_numpy()
    c2 = {}
    if controllers.any():
        c2["c2"] = summary(scores[chosen], labels[chosen], threshold, captures[chosen])
    return {
        "all": summary(scores, labels, threshold, captures),
        **c2,
        "families": len(by_family),
        "mean_recall_by_family": round(float(np.mean(by_family["flagged"].to_numpy())), 4),
        "servers_assessed_by": {
            detector: int(rows[detector].is_not_null().sum()) for detector in DETECTORS
        },
    }


def _write_scores(rows: pl.DataFrame, scores: NDArray[np.float64], path: Path) -> None:
    columns = ["label", "capture", "family", "role", "client", "server", "port", "proto"]
    table = rows.select(*columns, "certificate", probability=pl.Series(scores))
    path.write_bytes(gzip.compress(table.write_csv().encode(), mtime=0))


def main(argv: Sequence[str]) -> int:
    """Train FINAL and say how good it is."""
    parser = argparse.ArgumentParser(
        prog="verdict.train",
        description="Train FINAL from the detectors' out-of-fold probabilities.",
        epilog="example: python -m verdict.train --models models",
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the trained models")
    try:
        card = train(parser.parse_args(argv).models)
    except ModelError as error:
        print(error, file=sys.stderr)
        return MODEL_BROKEN
    figures = card.metrics["all"]
    tell(
        f"FINAL: average precision {figures['average_precision']}, recall "
        f"{figures['recall']['share']} at {figures['false_positive_rate']['share']} false "
        f"positives, by family {card.metrics['mean_recall_by_family']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
