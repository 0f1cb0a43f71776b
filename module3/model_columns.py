"""What the models read of a flow: columns on which the public tables and ours agree.

Ports, flags, what the tools of the tables got wrong, and everything that follows from other columns
are left out; means, rates and shares are computed here, for all sources alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

# Columns of the flow table, times in seconds.
BASE: Final = (
    "Protocol",
    "Flow Duration",
    "Tot Fwd Pkts",
    "Tot Bwd Pkts",
    "TotLen Fwd Pkts",
    "TotLen Bwd Pkts",
    *(f"{side} Pkt Len {of}" for side in ("Fwd", "Bwd") for of in ("Max", "Min", "Std")),
    *(f"Flow IAT {of}" for of in ("Std", "Max", "Min")),
    *(f"{side} IAT {of}" for side in ("Fwd", "Bwd") for of in ("Tot", "Std", "Max", "Min")),
    "Fwd Header Len",
    "Bwd Header Len",
    "Pkt Len Min",
    "Pkt Len Max",
    "Init Fwd Win Byts",
    "Fwd Seg Size Min",
)
_TCP: Final = 6


def _over(top: str, bottom: str) -> pl.Expr:
    """Return a ratio, 0 over nothing."""
    return pl.when(pl.col(bottom) > 0).then(pl.col(top) / pl.col(bottom)).otherwise(0.0)


def _a_second(amount: pl.Expr) -> pl.Expr:
    """Return a rate, missing over no time."""
    return pl.when(pl.col("Flow Duration") > 0).then(amount / pl.col("Flow Duration"))


_PACKETS: Final = pl.col("Tot Fwd Pkts") + pl.col("Tot Bwd Pkts")
_BYTES: Final = pl.col("TotLen Fwd Pkts") + pl.col("TotLen Bwd Pkts")
_DERIVED: Final[dict[str, pl.Expr]] = {
    "Flow Byts/s": _a_second(_BYTES),
    "Flow Pkts/s": _a_second(_PACKETS),
    "Fwd Pkts/s": _a_second(pl.col("Tot Fwd Pkts")),
    "Bwd Pkts/s": _a_second(pl.col("Tot Bwd Pkts")),
    "Flow IAT Mean": pl.col("Flow Duration") / (_PACKETS - 1).clip(1),
    "Fwd IAT Mean": pl.col("Fwd IAT Tot") / (pl.col("Tot Fwd Pkts") - 1).clip(1),
    "Bwd IAT Mean": pl.col("Bwd IAT Tot") / (pl.col("Tot Bwd Pkts") - 1).clip(1),
    "Fwd Pkt Len Mean": _over("TotLen Fwd Pkts", "Tot Fwd Pkts"),
    "Bwd Pkt Len Mean": _over("TotLen Bwd Pkts", "Tot Bwd Pkts"),
    "Bwd / Fwd Pkts": _over("Tot Bwd Pkts", "Tot Fwd Pkts"),
    "Bwd / Fwd Byts": pl.col("TotLen Bwd Pkts") / pl.col("TotLen Fwd Pkts").clip(1),
    "Fwd Header / Pkts": _over("Fwd Header Len", "Tot Fwd Pkts"),
    "Bwd Header / Pkts": _over("Bwd Header Len", "Tot Bwd Pkts"),
    "Fwd Pkt Len Max / Tot": _over("Fwd Pkt Len Max", "TotLen Fwd Pkts"),
    "Bwd Pkt Len Max / Tot": _over("Bwd Pkt Len Max", "TotLen Bwd Pkts"),
    "Flow IAT Max / Duration": _over("Flow IAT Max", "Flow Duration"),
    "Fwd IAT Tot / Duration": _over("Fwd IAT Tot", "Flow Duration"),
    "Bwd IAT Tot / Duration": _over("Bwd IAT Tot", "Flow Duration"),
}
FEATURES: Final = (*BASE, *_DERIVED)


def cleaned(table: pl.DataFrame) -> pl.DataFrame:
    """Return ``BASE`` of a flow table as numbers; what cannot be is missing.

    Header lengths below 0 are known errors of the tables; windows of other protocols than TCP are
    -1, which one of the tables has as 0.
    """
    numbers = table.select(pl.col(BASE).cast(pl.Float64, strict=False))
    header = pl.col("Fwd Header Len", "Bwd Header Len")
    window = pl.when(pl.col("Protocol") == _TCP).then("Init Fwd Win Byts").otherwise(-1.0)
    finite = pl.when(pl.all().is_finite()).then(pl.all())
    return numbers.with_columns(
        pl.when(header >= 0).then(header), window.alias("Init Fwd Win Byts")
    ).select(finite)


def matrix(table: pl.DataFrame) -> Matrix:
    """Return ``FEATURES`` of a table with times in seconds, (flows, features); NaN is missing."""
    found = cleaned(table).with_columns(**_DERIVED).select(FEATURES)
    return found.fill_null(np.nan).to_numpy().astype(np.float64)
