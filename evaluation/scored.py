"""Servers and connections with what each detector said of them, and the figures of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from evaluation.splits import Split
from training.figures import ScoredRows, figures
from training.out_of_fold import Probabilities
from training.resampling import RESAMPLES
from verdict.final import DETECTORS

FINAL: Final = "final"
COLUMNS: Final = (*DETECTORS, FINAL)
KEY: Final = ("capture", "client", "server", "port", "proto")
ORIGIN: Final = ("label", "family", "role", *KEY, "certificate")
_OF_SERVERS: Final = ("random_forest", "gbdt", FINAL)


@dataclass(frozen=True)
class Scored:
    """Rows with the columns of ``ORIGIN`` and ``COLUMNS``; null where a detector said nothing.

    A connection has its own score of module 1, and of the others what they say of its server. A
    server's score of module 1 is the mean over its connections.
    """

    servers: pl.DataFrame
    connections: pl.DataFrame

    def levels(self) -> dict[str, pl.DataFrame]:
        """Return both tables by what a row is."""
        return {"servers": self.servers, "connections": self.connections}

    def held_out_by(self, split: Split) -> Scored:
        """Return the rows that a split holds out."""
        return Scored(self.servers[split.servers[1]], self.connections[split.connections[1]])


def put_together(servers: pl.DataFrame, connections: pl.DataFrame) -> Scored:
    """Return both levels from servers with ``_OF_SERVERS`` and connections with ``module1``."""
    own = connections.select(*ORIGIN, pl.col("module1").fill_nan(None))
    said = servers.select(*ORIGIN, pl.col(_OF_SERVERS).fill_nan(None))
    means = server_means(own)
    of_servers = said.select(*KEY, *_OF_SERVERS).unique(KEY, keep="first", maintain_order=True)
    return Scored(
        said.join(means, on=KEY, how="left", maintain_order="left").select(*ORIGIN, *COLUMNS),
        own.join(of_servers, on=KEY, how="left", maintain_order="left").select(*ORIGIN, *COLUMNS),
    )


def server_means(connections: pl.DataFrame) -> pl.DataFrame:
    """Return module 1's mean over the connections of each server that has a score."""
    scored = connections.drop_nulls("module1")
    return scored.group_by(KEY, maintain_order=True).agg(pl.col("module1").mean())


def figures_by_level(
    scored: Scored, thresholds: Mapping[str, float], resamples: int = RESAMPLES
) -> dict[str, dict[str, Any]]:
    """Return the figures of each detector for servers and for connections.

    A detector without a threshold is measured at that of 1 % false positives.
    """
    return {
        level: _figures_by_detector(table, thresholds, resamples)
        for level, table in scored.levels().items()
    }


def server_figures(
    scored: Scored, thresholds: Mapping[str, float], resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Return the figures of each detector for servers alone, as ``figures_by_level``."""
    return _figures_by_detector(scored.servers, thresholds, resamples)


def _figures_by_detector(
    table: pl.DataFrame, thresholds: Mapping[str, float], resamples: int
) -> dict[str, Any]:
    return {
        name: figures_of(table, table[name], thresholds.get(name), resamples)
        for name in COLUMNS
        if table[name].count()
    }


def figures_of(
    rows: pl.DataFrame,
    scores: pl.Series | Probabilities,
    threshold: float | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Return the figures of one detector's scores, and how many rows it did not assess."""
    score = pl.Series("score", scores).fill_nan(None)
    known = rows.with_columns(score).drop_nulls("score")
    return {
        "not_assessed": rows.height - known.height,
        **figures(_as_arrays(known), threshold, resamples),
    }


def _as_arrays(rows: pl.DataFrame) -> ScoredRows:
    capture, family, role = (
        np.array(rows[name].fill_null("").to_list(), dtype=np.str_)
        for name in ("capture", "family", "role")
    )
    labels = rows["label"].to_numpy().astype(np.int64)
    return ScoredRows(rows["score"].to_numpy(), labels, capture, family, role)
