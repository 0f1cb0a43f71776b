"""Scores made up by hand, for tests of figures and of what renders them."""

from __future__ import annotations

from typing import Any

import polars as pl

from evaluation.document import document, measured
from evaluation.scored import COLUMNS, ORIGIN, Scored, figures_by_level, figures_of

THRESHOLDS = dict.fromkeys(COLUMNS, 0.5)
_KINDS = dict.fromkeys(ORIGIN, pl.String) | {"label": pl.Int64, "port": pl.Int64}


def row(
    label: int, number: int, scores: tuple[float | None, ...], family: str = ""
) -> dict[str, Any]:
    """Return a server with the scores of module 1, forest, gbdt and FINAL."""
    return {
        "label": label,
        "family": family,
        "role": "c2" if label and number % 2 == 0 else "",
        "capture": f"{'bad' if label else 'good'}{number // 2}.pcap",
        "client": "192.168.1.2",
        "server": f"8.8.{label}.{number}",
        "port": 443,
        "proto": "tcp",
        "certificate": f"{label}{number}",
        **dict(zip(COLUMNS, scores, strict=True)),
    }


def scored() -> Scored:
    """Return two families and eight benign servers, and a connection for each server."""
    malicious = [
        row(1, 0, (0.9, 0.8, 0.95, 0.97), "Alpha <&>"),
        row(1, 1, (0.7, 0.4, 0.6, 0.55), "Alpha <&>"),
        row(1, 2, (0.2, 0.6, 0.1, 0.3), "Beta"),
    ]
    benign = [
        row(0, number, (0.1 + number / 20, 0.05 * number, number / 30, number / 12))
        for number in range(7)
    ]
    unseen = row(0, 7, (None, 0.1, 0.1, 0.1))
    servers = pl.DataFrame(
        [*malicious, *benign, unseen], schema=_KINDS | dict.fromkeys(COLUMNS, pl.Float64)
    )
    return Scored(servers, servers.drop_nulls("module1"))


def small_document() -> dict[str, Any]:
    """Return a document with every part, from the hand-made scores."""
    rows = scored()
    figures = figures_by_level(rows, THRESHOLDS, resamples=20)
    names = ("families and captures held out", "later captures", "random split")
    guess = figures_of(rows.servers, pl.Series([0.27] * rows.servers.height), None, 20)
    return document(
        "refitted",
        {"folds": 2, "later_from": "2019-11-26", "rows_of_unknown_family": 3},
        [measured(name, figures) for name in names],
        [{"name": "majority", "servers": guess}, {"name": "certificate list", "servers": None}],
        [
            {"name": "without DNS", "detectors_changed": ["gbdt"], "servers": figures["servers"]},
            {"name": "without intel", "detectors_changed": [], "servers": {}},
        ],
    )
