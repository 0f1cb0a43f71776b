"""Which labelled connections are trained on, and how much each counts."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.weights import row_weights

KEY: Final = ("capture", "client", "server", "port")
MOST_PER_SERVER: Final = 50


def thinned(rows: pl.DataFrame, most: int = MOST_PER_SERVER) -> pl.DataFrame:
    """Return at most ``most`` connections a client and server, spread evenly over the capture.

    A beacon's thousand connections teach no more than fifty of them.
    """
    number, total = pl.int_range(pl.len()).over(KEY), pl.len().over(KEY)
    return rows.filter(number * most // total != (number - 1) * most // total)


def connection_weights(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Return one weight a row, of mean 1: families, captures and servers count, not connections.

    The two classes are as heavy as their numbers of servers.
    """
    weights = row_weights(rows)
    malicious = rows["label"].to_numpy() == 1
    servers = rows.select("label", *KEY).unique()["label"]
    share = np.bincount(servers.to_numpy(), minlength=2)
    weights = weights * np.where(malicious, share[1], share[0])
    return np.asarray(weights / weights.mean(), dtype=np.float64)
