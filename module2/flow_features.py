"""Features of all flows to a server: durations, sizes, packets, states and times between flows."""

from __future__ import annotations

from typing import Final

import polars as pl

from module2.columns import KEY

ESTABLISHED_STATES: Final = ("SF", "S1", "S2", "S3", "RSTO", "RSTR")
# Durations that are equal but for the last bit of a float lie within a spread of zero.
_CLOCK_RESOLUTION: Final = 1e-6


def flow_features(flows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a key from the conn table's rows; a value no flow has is null.

    Spreads are population standard deviations. Ratios are those of the means and null when nothing
    was sent. Times between flows need two flows.
    """
    between = pl.col("ts").drop_nulls().sort().diff().drop_nulls()
    return flows.group_by(KEY).agg(
        pl.col("duration").max().alias("max_duration"),
        pl.col("duration").mean().alias("avg_duration"),
        _share_within_spread(pl.col("duration")).alias("percent_of_std_duration"),
        pl.len().alias("number_of_flows"),
        pl.col("tls_seen").mean().alias("ssl_flow_ratio"),
        (_mean("orig_bytes") + _mean("resp_bytes")).alias("avg_size"),
        _ratio(_mean("resp_bytes"), _mean("orig_bytes")).alias("recv_sent_size_ratio"),
        (_mean("orig_pkts") + _mean("resp_pkts")).alias("avg_pkts"),
        _ratio(_mean("resp_pkts"), _mean("orig_pkts")).alias("recv_sent_pkts_ratio"),
        _sum(pl.col("missed_bytes")).alias("packet_loss"),
        pl.col("conn_state").is_in(ESTABLISHED_STATES).mean().alias("percent_of_established_state"),
        between.mean().alias("avg_time_diff"),
        between.std(ddof=0).alias("std_time_diff"),
        between.max().alias("max_time_diff"),
    )


def _share_within_spread(values: pl.Expr) -> pl.Expr:
    """Return the share of values within one standard deviation of their mean, ends included."""
    distance = (values - values.mean()).abs()
    return (distance <= values.std(ddof=0) + _CLOCK_RESOLUTION).mean()


def _mean(column: str) -> pl.Expr:
    return pl.col(column).mean()


def _ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return pl.when(denominator > 0).then(numerator / denominator)


def _sum(values: pl.Expr) -> pl.Expr:
    """Return the sum, null rather than 0 where there is no value."""
    return pl.when(values.count() > 0).then(values.sum())
