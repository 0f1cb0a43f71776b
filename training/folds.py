"""Folds that keep a capture, a family, a server and a certificate on one side."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray


def groups(rows: pl.DataFrame) -> NDArray[np.int64]:
    """Return one group number a row; a capture and a malicious family are never in two groups.

    ``rows`` has the columns ``capture``, ``family`` and ``label`` (1 malicious). Captures that hold
    servers of one malicious family are joined, with their benign servers.
    """
    parent: dict[str, str] = {}

    def root(item: str) -> str:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    pairs = rows.select("capture", "family", "label").unique().sort(pl.all())
    for capture, family, label in pairs.iter_rows():
        if label == 1:
            parent[root(f"capture {capture}")] = root(f"family {family}")
    roots = [root(f"capture {capture}") for capture in rows["capture"]]
    return np.unique(np.array(roots), return_inverse=True)[1].astype(np.int64)


def grouped_folds(
    rows: pl.DataFrame, count: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield (training rows, held-out rows) as indices, ``count`` times.

    Groups are those of ``groups``, spread so that the classes are in proportion. A training row
    whose public server address or whose leaf certificate is among the held-out rows is dropped.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    labels = rows["label"].to_numpy()
    for training, held_out in splitter.split(labels, labels, groups(rows)):
        yield without_shared_origin(rows, training, held_out), held_out


def without_shared_origin(
    rows: pl.DataFrame, training: NDArray[np.int64], held_out: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the training rows whose server and certificate are not among the held-out rows.

    A private address names another server in every capture, so only public ones count.
    """
    public = rows["server"].map_elements(_is_public, return_dtype=pl.Boolean)
    servers = pl.select(pl.when(public).then(rows["server"])).to_series()
    keep = np.ones(len(training), dtype=bool)
    for column in (servers, rows["certificate"]):
        seen = column[held_out].drop_nulls().unique()
        keep &= ~column[training].is_in(seen.implode()).fill_null(False).to_numpy()
    return training[keep]


@cache
def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global
