"""How good probabilities of held-out connections are: by connection, by server and by family."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from module1.training_rows import KEY
from module1.trees import Matrix
from training.metrics import recall_at_false_positive_rate, summary
from training.out_of_fold import recall_by_family

_RATES: Final = (0.01, 0.05)


def servers_of(rows: pl.DataFrame, probabilities: Matrix) -> pl.DataFrame:
    """Return one row a capture, client, server and port: label, family, mean ``probability``."""
    scored = rows.select(*KEY, "label", "family", pl.Series("probability", probabilities))
    return (
        scored.group_by(KEY)
        .agg(pl.col("label", "family").first(), pl.col("probability").mean())
        .sort(KEY)
    )


def figures(rows: pl.DataFrame, probabilities: Matrix, threshold: float) -> dict[str, Any]:
    """Return the figures of a card; a server is judged by the mean over its connections."""
    servers = servers_of(rows, probabilities)
    labels, means = servers["label"].to_numpy(), servers["probability"].to_numpy()
    by_family = {
        f"mean_recall_by_family_at_fpr_{rate}": round(recall_by_family(servers, means, rate), 4)
        for rate in _RATES
    }
    return {
        "families": servers.filter(pl.col("label") == 1)["family"].n_unique(),
        "connections": summary(
            probabilities, rows["label"].to_numpy(), threshold, rows["capture"].to_numpy()
        ),
        "servers": summary(means, labels, threshold, servers["capture"].to_numpy()),
        **by_family,
    }


def brief_figures(rows: pl.DataFrame, probabilities: Matrix) -> dict[str, float]:
    """Return a few figures that compare one choice with another, by connection and by server."""
    from sklearn.metrics import average_precision_score

    servers = servers_of(rows, probabilities)
    labels, means = servers["label"].to_numpy(), servers["probability"].to_numpy()
    of_rows = rows["label"].to_numpy()
    compared = {
        "connections_average_precision": average_precision_score(of_rows, probabilities),
        "servers_average_precision": average_precision_score(labels, means),
        **{
            f"servers_recall_at_fpr_{rate}": recall_at_false_positive_rate(means, labels, rate)
            for rate in _RATES
        },
        **{
            f"mean_recall_by_family_at_fpr_{rate}": recall_by_family(servers, means, rate)
            for rate in _RATES
        },
    }
    return {name: float(np.round(value, 4)) for name, value in compared.items()}
