"""Features of the DNS answers that named a server."""

from __future__ import annotations

from typing import Final

import polars as pl

_ADDRESS: Final = r"^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$"


def dns_features(dns: pl.DataFrame, servers: pl.Series) -> pl.DataFrame:
    """Return one row for each server address that a DNS answer named.

    ``servers`` are the addresses of interest. An answer that leads to the address through CNAMEs
    counts for the name that was asked for. ``avg_TTL`` is the mean TTL in seconds of the records
    that hold the address, ``avg_IPs_in_DNS`` the mean number of addresses in the answers with it;
    lengths are in characters, over the distinct names.
    """
    naming = _records(dns).filter(pl.col("answer").is_in(servers.unique().implode()))
    length = pl.col("query").str.to_lowercase().unique().drop_nulls().str.len_chars()
    return naming.group_by(pl.col("answer").alias("server")).agg(
        pl.col("ttl").mean().alias("avg_TTL"),
        length.mean().alias("avg_domain_name_length"),
        length.std(ddof=0).alias("std_domain_name_length"),
        pl.col("addresses").mean().alias("avg_IPs_in_DNS"),
    )


def named_by_dns(dns: pl.DataFrame, servers: pl.Series) -> pl.Series:
    """Return 1 for servers that a DNS answer named, 0 for others, null without any DNS at all."""
    name = "is_named_by_DNS"
    if dns.is_empty():
        return pl.Series(name, [None] * len(servers), dtype=pl.Float64)
    answers = dns["answers"].explode().drop_nulls().unique()
    return servers.is_in(answers.implode()).cast(pl.Float64).alias(name)


def _records(dns: pl.DataFrame) -> pl.DataFrame:
    """Return one row an answer record; a TTL that the log lacks is null."""
    answers = pl.col("answers")
    return (
        dns.filter(answers.list.len() > 0)
        .with_columns(
            answers.list.eval(pl.element().str.contains(_ADDRESS)).list.sum().alias("addresses"),
            pl.int_ranges(0, answers.list.len()).alias("position"),
        )
        .select("query", "addresses", "TTLs", answer="answers", position="position")
        .explode("answer", "position")
        .with_columns(pl.col("TTLs").list.get(pl.col("position"), null_on_oob=True).alias("ttl"))
    )
