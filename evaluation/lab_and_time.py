"""Whether FINAL's scores follow the laboratory or the year that a row comes from.

python -m evaluation.lab_and_time reads the stored scores of the shipped models, which are of rows
held out with their family and capture.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
import polars as pl

from evaluation.splits import Origins
from evaluation.tables import read_tables
from models.card import MODELS
from training.metrics import Labels, Scores
from training.sources import source_of
from verdict.evaluate import scored_rows, threshold_of

_PLACES: Final = 4
_FINAL: Final = "final"


def lab_and_time(rows: pl.DataFrame, threshold: float) -> dict[str, Any]:
    """Return figures of rows with capture, label, final, and ``start`` of the capture in seconds.

    A pair is a malicious and a benign row; it is in order when the malicious one has the higher
    score (half when both have the same), so the share of all pairs in order is the area under the
    ROC curve. ``of_the_same_source`` are pairs of one folder of captures: the same laboratory,
    network and time. Rank correlations are Spearman's, between score and start.
    """
    rows = rows.with_columns(pl.col("capture").map_elements(source_of, pl.String).alias("source"))
    malicious = pl.col("label").max().over("source") == 1
    benign = rows.filter(pl.col("label") == 0, malicious)
    return {
        "pairs_in_order": _in_order([rows]),
        "pairs_in_order_of_the_same_source": _in_order(rows.partition_by("source")),
        "benign_beside_malicious": {
            "rows": len(benign),
            "called_malicious": int((benign[_FINAL] >= threshold).sum()),
        },
        "rank_correlation_with_time": {
            name: _rank_correlation(rows.filter(label=label))
            for name, label in (("benign", 0), ("malicious", 1))
        },
    }


def _in_order(parts: list[pl.DataFrame]) -> dict[str, Any]:
    found = [_pairs(part[_FINAL].to_numpy(), part["label"].to_numpy()) for part in parts]
    pairs, in_order = (sum(each) for each in zip(*found, strict=True))
    return {"pairs": int(pairs), "share": round(in_order / pairs, _PLACES) if pairs else None}


def _pairs(scores: Scores, labels: Labels) -> tuple[int, float]:
    """Return how many pairs there are, and how many of them are in order."""
    high, low = scores[labels == 1][:, None], scores[labels == 0]
    return high.size * low.size, float(np.sum(high > low) + np.sum(high == low) / 2)


def _rank_correlation(rows: pl.DataFrame) -> dict[str, Any] | None:
    """Return None where all scores or all times are equal."""
    from scipy.stats import spearmanr

    known = rows.filter(pl.col("start").is_not_null())
    if min(known["start"].n_unique(), known[_FINAL].n_unique()) < 2:
        return None
    found = spearmanr(known["start"].to_numpy(), known[_FINAL].to_numpy())
    return {
        "rows": len(known),
        "coefficient": round(float(found.statistic), _PLACES),
        "p_value": round(float(found.pvalue), _PLACES),
    }


def main() -> int:
    """Print the figures of the shipped models."""
    rows = scored_rows(MODELS)
    starts = Origins.of(read_tables()).starts()
    found = lab_and_time(rows.join(starts, on="capture", how="left"), threshold_of(MODELS, _FINAL))
    for name, figures in found.items():
        sys.stdout.write(f"{name}: {figures}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
