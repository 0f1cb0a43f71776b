"""TLS connections and all flows, each with the key of the server row it belongs to."""

from __future__ import annotations

import polars as pl

from capture.logs import Logs
from module2.columns import KEY


def tls_connections(logs: Logs) -> pl.DataFrame:
    """Return one row a TLS connection that names both its ends.

    Columns: the key, ``uid``, ``ts``, ``version``, ``cipher``, ``server_name``, ``resumed``,
    ``established``, ``next_protocol``, ``last_alert``, ``leaf`` (fingerprint of the first
    certificate) and ``chain_length``; the last two are null when no certificate was visible. The
    protocol is that of the conn log; without it, that of the TLS record, else TCP.
    """
    protocols = logs.conn.select("uid", conn_proto="proto").drop_nulls().unique("uid", keep="first")
    chain = pl.col("cert_chain_fps").list.drop_nulls()
    return (
        logs.ssl.join(protocols, on="uid", how="left", maintain_order="left")
        .select(
            *_ends(),
            pl.coalesce("conn_proto", "proto", pl.lit("tcp")).alias("proto"),
            "uid",
            "ts",
            "version",
            "cipher",
            pl.col("server_name").replace("", None),
            "resumed",
            "established",
            "next_protocol",
            "last_alert",
            chain.list.first().alias("leaf"),
            pl.when(chain.list.len() > 0).then(chain.list.len()).alias("chain_length"),
        )
        .drop_nulls(KEY)
    )


def flows_of(conn: pl.DataFrame, tls: pl.DataFrame) -> pl.DataFrame:
    """Return the flows, TLS or not, of every key that has TLS; ``tls_seen`` marks the TLS ones."""
    flows = conn.rename(
        {"id.orig_h": "client", "id.resp_h": "server", "id.resp_p": "port"}
    ).with_columns(pl.col("uid").is_in(tls["uid"].unique().implode()).alias("tls_seen"))
    return flows.join(tls.select(KEY).unique(), on=KEY, how="semi")


def _ends() -> list[pl.Expr]:
    return [
        pl.col("id.orig_h").alias("client"),
        pl.col("id.resp_h").alias("server"),
        pl.col("id.resp_p").alias("port"),
    ]
