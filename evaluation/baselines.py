"""Detectors so simple that a trained one must do better, under the same form as the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import polars as pl

from module2.encoding import Encoders, Matrix
from training.out_of_fold import FitAndScore
from verdict.known_certificates import DECIDING_STATES, Entry

_NEIGHBOURS: Final = 5
_QUANTILES: Final = 100
_USUAL_PORT: Final = 443


def majority(training: pl.DataFrame, held_out: pl.DataFrame) -> Matrix:
    """Return the share of malicious servers in training, whatever the server."""
    return np.full(held_out.height, training.select(pl.col("label").mean()).item())


def port_and_self_signed(training: pl.DataFrame, held_out: pl.DataFrame) -> Matrix:
    """Return the share of malicious servers with the same port, 443 or not, and self-signing."""
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=2, class_weight="balanced", random_state=1)
    fitted = tree.fit(_two_columns(training), training["label"].to_numpy())
    probabilities: Matrix = fitted.predict_proba(_two_columns(held_out))[:, 1]
    return probabilities


def _two_columns(rows: pl.DataFrame) -> Matrix:
    return rows.select(
        (pl.col("port") == _USUAL_PORT).cast(pl.Float64),
        pl.col("self_signed_ratio").fill_null(0.0),
    ).to_numpy()


def nearest_neighbours(training: pl.DataFrame, held_out: pl.DataFrame) -> Matrix:
    """Return the share of malicious ones among the nearest servers, the nearer weighing more.

    Distances are over the features' ranks, missing ones in the middle.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer

    encoders = Encoders.fit(training)
    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        QuantileTransformer(n_quantiles=min(_QUANTILES, training.height), random_state=1),
        KNeighborsClassifier(min(_NEIGHBOURS, training.height), weights="distance"),
    )
    model.fit(encoders.transform(training), training["label"].to_numpy())
    probabilities: Matrix = model.predict_proba(encoders.transform(held_out))[:, 1]
    return probabilities


FITTED: Final[Mapping[str, FitAndScore]] = {
    "majority": majority,
    "port and self-signed": port_and_self_signed,
    "nearest neighbours": nearest_neighbours,
}
CERTIFICATE_LIST: Final = "certificate list"


def on_certificate_list(rows: pl.DataFrame, entries: Iterable[Entry]) -> Matrix | None:
    """Return 1 for each server whose leaf certificate was imported or confirmed, else 0.

    None without such entries, or where they lack the kind of fingerprint that most rows have: of a
    list of SHA-1 it is not known whether certificates known by SHA-256 are on it.
    """
    deciding = [entry for entry in entries if entry.state in DECIDING_STATES]
    fingerprints = {text for entry in deciding for text in (entry.sha256, entry.sha1) if text}
    usual_length = rows["certificate"].str.len_bytes().median()
    if all(len(text) != usual_length for text in fingerprints):
        return None
    listed = rows["certificate"].is_in(sorted(fingerprints)).fill_null(False)
    return listed.cast(pl.Float64).to_numpy()
