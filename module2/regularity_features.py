"""Features of how regularly a server was contacted, and how the connections ended.

The scores of the times between connections follow RITA (Active Countermeasures): skew after Bowley
and the median absolute deviation, near 1 for a beacon.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from module2.columns import KEY

STATES: Final = ("SF", "S0", "S1", "REJ", "RSTO", "RSTR")
FEATURES: Final = (
    "interval_skew_score",
    "interval_deviation_score",
    "interval_variation",
    "median_interval",
    "usual_interval_ratio",
    *(f"state_{state}_ratio" for state in STATES),
    "client_closes_first_ratio",
    "client_reset_ratio",
    "server_reset_ratio",
)
_FEWEST_FLOWS: Final = 4
# A deviation of this many seconds, or more, scores nothing.
_LARGEST_DEVIATION: Final = 30.0
# An interval within a tenth of the median is a usual one.
_TOLERANCE: Final = 0.1


def regularity_features(flows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a key; the intervals, in seconds, need four flows at least."""
    history = pl.col("history")
    rows = flows.group_by(KEY).agg(
        *((pl.col("conn_state") == state).mean().alias(f"state_{state}_ratio") for state in STATES),
        history.str.contains("^[^f]*F").mean().alias("client_closes_first_ratio"),
        history.str.contains("R", literal=True).mean().alias("client_reset_ratio"),
        history.str.contains("r", literal=True).mean().alias("server_reset_ratio"),
    )
    return rows.join(_interval_features(flows), on=KEY, how="left")


def _interval_features(flows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each key with enough flows; most have too few, and these take the time."""
    enough = flows.filter(pl.col("ts").count().over(KEY) >= _FEWEST_FLOWS)
    return enough.group_by(KEY).agg(**_intervals())


def _intervals() -> dict[str, pl.Expr]:
    between = pl.col("ts").drop_nulls().sort().diff().drop_nulls()
    median = between.median()
    distance = (between - median).abs()
    return {
        "interval_skew_score": _skew_score(between),
        "interval_deviation_score": (1 - distance.median() / _LARGEST_DEVIATION).clip(0.0),
        "interval_variation": pl.when(between.mean() > 0).then(
            between.std(ddof=0) / between.mean()
        ),
        "median_interval": median,
        "usual_interval_ratio": (distance <= _TOLERANCE * median).mean(),
    }


def _skew_score(values: pl.Expr) -> pl.Expr:
    """Return 1 less the absolute Bowley skewness, 1 where the quartiles do not tell."""
    low, middle, high = (values.quantile(share, "linear") for share in (0.25, 0.5, 0.75))
    skewness = ((low + high - 2 * middle) / (high - low)).abs()
    told = (high > low) & (middle > low) & (middle < high)
    return pl.when(told).then(1 - skewness).otherwise(1.0)
