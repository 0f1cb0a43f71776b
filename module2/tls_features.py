"""Features of the TLS connections to a server: versions, ciphers, resumption and server names."""

from __future__ import annotations

import polars as pl

from module2.columns import KEY


def tls_features(tls: pl.DataFrame) -> pl.DataFrame:
    """Return one row a key from the rows of ``tls_connections``.

    ``ssl_tls_ratio`` is null where no connection spoke TLS, ``avg_cert_path`` where no certificate
    was visible.
    """
    version = pl.col("version")
    modern = version.str.contains("TLS", literal=True).sum()
    return tls.group_by(KEY).agg(
        values_seen("version").alias("ssl_version"),
        values_seen("cipher").alias("cipher_suite_server"),
        pl.when(modern > 0)
        .then(version.str.starts_with("SSLv").sum() / modern)
        .alias("ssl_tls_ratio"),
        pl.when(pl.col("resumed").count() > 0).then(pl.col("resumed").sum()).alias("resumed"),
        pl.col("chain_length").mean().alias("avg_cert_path"),
        pl.col("leaf").is_not_null().mean().alias("x509_ssl_ratio"),
        pl.col("server_name").is_not_null().mean().alias("SNI_ssl_ratio"),
    )


def values_seen(column: str) -> pl.Expr:
    """Return the sorted distinct values of a group joined by commas, null when there is none."""
    values = pl.col(column).drop_nulls().unique().sort()
    return pl.when(values.len() > 0).then(values.str.join(","))
