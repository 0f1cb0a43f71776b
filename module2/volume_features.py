"""Features of how much each flow to a server carried, and how alike the flows are."""

from __future__ import annotations

from typing import Final

import polars as pl

from module2.columns import KEY

FEATURES: Final = (
    *(
        f"{side}_bytes_{statistic}"
        for side in ("sent", "recv")
        for statistic in ("median", "max", "sum", "min", "variation", "distinct_ratio")
    ),
    "sent_recv_total_ratio",
    "sent_bytes_per_packet",
    "recv_bytes_per_packet",
    "median_duration",
    "bytes_per_second",
)
# Added to durations, so that one of zero gives a rate.
SHORTEST_DURATION: Final = 0.01


def volume_features(flows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a key from the conn table's rows; bytes are those of the TCP or UDP payload.

    ``variation`` is the population standard deviation over the mean, ``distinct_ratio`` the number
    of distinct values over that of flows. A value no flow has is null.
    """
    sent, received = pl.col("orig_bytes"), pl.col("resp_bytes")
    total = (_sum(sent) + _sum(received)).cast(pl.Float64)
    duration = pl.col("duration")
    return flows.group_by(KEY).agg(
        *_statistics("sent", sent),
        *_statistics("recv", received),
        ((sent.sum() + 1) / (_sum(received) + 1)).alias("sent_recv_total_ratio"),
        _ratio(_sum(sent), _sum(pl.col("orig_pkts"))).alias("sent_bytes_per_packet"),
        _ratio(_sum(received), _sum(pl.col("resp_pkts"))).alias("recv_bytes_per_packet"),
        duration.median().alias("median_duration"),
        (total / (_sum(duration) + SHORTEST_DURATION)).alias("bytes_per_second"),
    )


def _statistics(side: str, values: pl.Expr) -> list[pl.Expr]:
    found = {
        "median": values.median(),
        "max": values.max().cast(pl.Float64),
        "sum": _sum(values).cast(pl.Float64),
        "min": values.min().cast(pl.Float64),
        "variation": _ratio(values.std(ddof=0), values.mean()),
        "distinct_ratio": _ratio(values.drop_nulls().n_unique(), values.count()),
    }
    return [value.alias(f"{side}_bytes_{name}") for name, value in found.items()]


def _sum(values: pl.Expr) -> pl.Expr:
    """Return the sum, null rather than 0 where there is no value."""
    return pl.when(values.count() > 0).then(values.sum())


def _ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return pl.when(denominator > 0).then(numerator / denominator)
