"""The CTU table of HTTPS malware (2017) in our columns.

It has one row a (client, server, port, protocol) of the captures of the Malware Capture Facility
Project, with some of the classic features and neither addresses, names nor DNS.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from module2.columns import FEATURES
from module2.labelled_rows import TABLE_SCHEMA
from module2.volume_features import SHORTEST_DURATION
from training.tables import read_table

CAPTURE: Final = "ctu-https-2017"
_SAME_MEANING: Final = (
    "number_of_flows",
    "avg_duration",
    "percent_of_std_duration",
    "ssl_flow_ratio",
    "avg_size",
    "recv_sent_size_ratio",
    "avg_pkts",
    "recv_sent_pkts_ratio",
    "percent_of_established_state",
    "avg_cert_valid_day",
    "number_of_cert_serial",
    "number_of_domains_in_cert",
    "avg_valid_cert_percent",
    "avg_cert_path",
    "x509_ssl_ratio",
    "SNI_ssl_ratio",
    "self_signed_ratio",
    "is_SNIs_in_SAN_dns",
    "is_CNs_in_SAN_dns",
)
_OTHER_MEANING: Final = ("avg_key_length", "tls_version_ratio")
_OF_CERTIFICATES: Final = (
    "avg_key_length",
    "avg_cert_valid_day",
    "number_of_cert_serial",
    "number_of_domains_in_cert",
    "avg_valid_cert_percent",
    "avg_cert_path",
    "self_signed_ratio",
    "is_SNIs_in_SAN_dns",
    "is_CNs_in_SAN_dns",
)
# Means over key lengths weighted by their counts exceed any key in use.
_LONGEST_KEY: Final = 8192


def read_ctu_table(path: Path) -> pl.DataFrame:
    """Return the rows as ``TABLE_SCHEMA``; features that the table lacks are null.

    Raises ``TableError`` when the file cannot be read or lacks a column.
    """
    numbers = dict.fromkeys(("label", *_SAME_MEANING, *_OTHER_MEANING), pl.Float64())
    rows = read_table(path, numbers).with_columns(
        pl.when(pl.col("avg_key_length") <= _LONGEST_KEY).then("avg_key_length"),
        # One flow, or two, lie at the very edge of their spread: ours are within, theirs by chance.
        pl.when(pl.col("number_of_flows") <= 2)
        .then(1.0)
        .otherwise("percent_of_std_duration")
        .alias("percent_of_std_duration"),
        pl.when(pl.col("tls_version_ratio") > 0)
        .then((1 - pl.col("tls_version_ratio")) / pl.col("tls_version_ratio"))
        .alias("ssl_tls_ratio"),
        pl.when(pl.col("label") == 1).then(pl.lit(CAPTURE)).otherwise(pl.lit("")).alias("family"),
        pl.lit(CAPTURE).alias("capture"),
    )
    rows = rows.with_columns(
        pl.when(pl.col("x509_ssl_ratio") > 0).then(name).alias(name) for name in _OF_CERTIFICATES
    )
    absent = [name for name in TABLE_SCHEMA if name not in rows.columns]
    complete = rows.with_columns(pl.lit(None).alias(name) for name in absent)
    ordered = complete.select([pl.col(name).cast(kind) for name, kind in TABLE_SCHEMA.items()])
    return ordered.sort("label", *FEATURES)


def with_implied(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with those further features that follow from their classic ones.

    Means over the flows and the ratio of both directions give back what was sent and received in
    all; the validity of the certificates and how much of it had passed give their age. Rounding
    undoes the means, since bytes and packets are whole.
    """
    flows = pl.col("number_of_flows").cast(pl.Float64)
    sent, received = _directions(pl.col("avg_size") * flows, pl.col("recv_sent_size_ratio"))
    sent_packets, received_packets = _directions(
        pl.col("avg_pkts") * flows, pl.col("recv_sent_pkts_ratio")
    )
    seconds = pl.col("avg_duration") * flows + SHORTEST_DURATION
    valid, passed = pl.col("avg_cert_valid_day"), pl.col("avg_valid_cert_percent")
    return rows.with_columns(
        sent_bytes_sum=sent,
        recv_bytes_sum=received,
        sent_recv_total_ratio=(sent + 1) / (received + 1),
        sent_bytes_per_packet=pl.when(sent_packets > 0).then(sent / sent_packets),
        recv_bytes_per_packet=pl.when(received_packets > 0).then(received / received_packets),
        bytes_per_second=(sent + received) / seconds,
        avg_cert_age_day=valid * passed,
        avg_cert_day_left=valid * (1 - passed),
    )


def _directions(total: pl.Expr, received_to_sent: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return what was sent and what was received of a total; all was received without a ratio."""
    whole = total.round()
    sent = (whole / (1 + received_to_sent)).round().fill_null(0.0)
    return sent, whole - sent
