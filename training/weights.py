"""Weights of training rows: a family or capture with many servers must not drown the others."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

# The weight of a family or capture grows with the number of its servers, as n ** 0.75.
_GROWTH: Final = 0.75


def row_weights(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Return one weight a row from the columns ``label``, ``family``, ``capture`` and ``server``.

    The rows of one server share its weight. The servers of a malicious family, and those of a
    capture on the normal side, together weigh as n ** 0.75 lone servers do. Both classes weigh the
    same, and the mean weight is 1.
    """
    group = pl.when(pl.col("label") == 1).then("family").otherwise("capture").fill_null("")
    origins = rows.select("label", group.alias("group"), "server")
    servers = pl.col("server").n_unique().over("label", "group").cast(pl.Float64)
    weight = servers.pow(_GROWTH - 1) / pl.len().over("label", "group", "server")
    share = origins.select(weight / weight.sum().over("label")).to_series().to_numpy()
    return np.asarray(share * (len(share) / share.sum()), dtype=np.float64)
