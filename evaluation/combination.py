"""FINAL of held-out rows, from the detectors' held-out scores and formulas fitted without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from evaluation.refitting import mean_of_held_out
from evaluation.scored import KEY, ORIGIN, Scored, put_together, server_means
from evaluation.splits import Split
from evaluation.tables import LabelledTables
from training.out_of_fold import Probabilities, score_held_out
from verdict.final import DETECTORS, KIT
from verdict.train import fit_and_score

Scores = Mapping[str, Probabilities]


def final_of_splits(
    tables: LabelledTables, scores: Scores, splits: Sequence[Split], *, knows_kits: bool = True
) -> Probabilities:
    """Return FINAL of each server from formulas fitted to the scores of the rows not held out.

    NaN where no split holds the server out. Unless ``knows_kits``, certificates of malware kits
    count for nothing.
    """
    rows = _detector_scores(tables, scores)
    if not knows_kits:
        rows = rows.drop(KIT)
    parts = [split.servers for split in splits]
    found = (_final(rows[training], rows[held_out]) for training, held_out in parts)
    return mean_of_held_out(parts, found, rows.height)


def final_of_later(tables: LabelledTables, earlier: Scores, later: Scores) -> Probabilities:
    """Return FINAL of servers in later captures from a formula fitted to earlier ones.

    ``earlier`` are scores of rows held out inside the earlier captures, ``later`` those of the
    later rows; a row without a score has NaN.
    """
    training, held_out = _detector_scores(tables, earlier), _detector_scores(tables, later)
    known = held_out.select(pl.any_horizontal(pl.col(DETECTORS).is_not_null())).to_series()
    fitted_on = training.filter(pl.any_horizontal(pl.col(DETECTORS).is_not_null()))
    final = np.full(held_out.height, np.nan)
    final[known.to_numpy()] = _final(fitted_on, held_out.filter(known))
    return final


def scored_rows(tables: LabelledTables, scores: Scores, final: Probabilities) -> Scored:
    """Return both levels with every detector's scores."""
    servers = tables.servers.select(ORIGIN).with_columns(
        *(pl.Series(name, scores[name]) for name in DETECTORS if name != "module1"),
        pl.Series("final", final),
    )
    connections = tables.connections.select(ORIGIN)
    return put_together(servers, connections.with_columns(module1=pl.Series(scores["module1"])))


def _detector_scores(tables: LabelledTables, scores: Scores) -> pl.DataFrame:
    """Return the servers with a column for each detector, null where it has no score."""
    connections = tables.connections.select(KEY).with_columns(
        module1=pl.Series(scores["module1"]).fill_nan(None)
    )
    servers = tables.servers.select(*ORIGIN, KIT).with_columns(
        pl.Series(name, scores[name]).fill_nan(None) for name in DETECTORS if name != "module1"
    )
    return servers.join(server_means(connections), on=KEY, how="left", maintain_order="left")


def _final(training: pl.DataFrame, held_out: pl.DataFrame) -> Probabilities:
    return score_held_out(training, held_out, fit_and_score)
