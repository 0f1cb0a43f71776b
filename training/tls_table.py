"""TLS records of Suricata, joined with their flow records, as Zeek-style logs.

The table is gzip CSV with one row a TLS connection: ``timestamp, src_ip, src_port, dest_ip,
dest_port, sni, version, subject, issuerdn, serial, fingerprint, notbefore, notafter,
session_resumed, ja3s_string, flow_start, flow_end, pkts_toserver, pkts_toclient, bytes_toserver,
bytes_toclient, flow_state``. Flows without TLS are not in it, nor DNS, nor the certificate's key,
alternative names and chain.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.tls.cipher_suites import cipher_suite_name
from capture.distinguished_name import attributes
from capture.logs import Logs, empty_table
from capture.schema import SCHEMAS
from training.tables import read_table

_TEXT: Final = pl.String()
_COLUMNS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("timestamp", "src_ip", "src_port", "dest_ip", "dest_port", "sni"), _TEXT),
    **dict.fromkeys(("version", "subject", "issuerdn", "serial", "fingerprint"), _TEXT),
    **dict.fromkeys(("notbefore", "notafter", "session_resumed", "ja3s_string"), _TEXT),
    **dict.fromkeys(("flow_start", "flow_end", "flow_state"), _TEXT),
    **dict.fromkeys(("pkts_toserver", "pkts_toclient"), _TEXT),
    **dict.fromkeys(("bytes_toserver", "bytes_toclient"), _TEXT),
}
# Suricata counts whole frames: the Ethernet header is no part of Zeek's IP bytes, and the IP and
# TCP headers (without options) none of its payload bytes.
_ETHERNET_HEADER: Final = 14
_IP_AND_TCP_HEADERS: Final = 40
_STATES: Final = {"new": "S0", "established": "S1", "closed": "SF"}
_ESCAPED: Final = str.maketrans({character: "\\" + character for character in '\\,+"<>;'})


def read_tls_table(path: Path) -> Logs:
    """Return the table's connections as conn, ssl and x509 tables.

    Payload sizes are estimated from frame sizes and packet counts. A certificate is identified by
    its SHA-1. Raises ``TableError`` when the file cannot be read or lacks a column.
    """
    records = read_table(path, _COLUMNS).with_row_index("number")
    connections = records.with_columns(
        pl.format("row{}", pl.col("number")).alias("uid"),
        pl.col("fingerprint").str.replace_all(":", "").str.to_lowercase().alias("sha1"),
        *_connection_id(),
    )
    return Logs(
        conn=_table("conn", _conn(connections)),
        ssl=_table("ssl", _ssl(connections)),
        x509=_table("x509", _x509(connections)),
        dns=empty_table("dns"),
        engine_name="suricata",
        engine_version="unknown",
    )


def _table(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with all columns of a log, sorted by time."""
    schema = SCHEMAS[name]
    known = rows.select(column for column in schema if column in rows.columns).cast(
        {column: kind for column, kind in schema.items() if column in rows.columns}
    )
    whole = pl.concat([empty_table(name), known], how="diagonal")
    return whole.sort("ts", maintain_order=True, nulls_last=True)


def _connection_id() -> list[pl.Expr]:
    return [
        pl.col("src_ip").alias("id.orig_h"),
        pl.col("src_port").cast(pl.Int64, strict=False).alias("id.orig_p"),
        pl.col("dest_ip").alias("id.resp_h"),
        pl.col("dest_port").cast(pl.Int64, strict=False).alias("id.resp_p"),
        pl.lit("tcp").alias("proto"),
    ]


def _conn(connections: pl.DataFrame) -> pl.DataFrame:
    start, end = _epoch("flow_start"), _epoch("flow_end")
    return connections.with_columns(
        start.alias("ts"),
        (end - start).alias("duration"),
        pl.lit("ssl").alias("service"),
        pl.col("flow_state").replace_strict(_STATES, default=None).alias("conn_state"),
        *_sizes("orig", "toserver"),
        *_sizes("resp", "toclient"),
    )


def _sizes(side: str, direction: str) -> list[pl.Expr]:
    packets = pl.col(f"pkts_{direction}").cast(pl.Int64, strict=False)
    frames = pl.col(f"bytes_{direction}").cast(pl.Int64, strict=False)
    ip_bytes = (frames - _ETHERNET_HEADER * packets).clip(lower_bound=0)
    payload = (ip_bytes - _IP_AND_TCP_HEADERS * packets).clip(lower_bound=0)
    return [
        packets.alias(f"{side}_pkts"),
        ip_bytes.alias(f"{side}_ip_bytes"),
        payload.alias(f"{side}_bytes"),
    ]


def _ssl(connections: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("ja3s_string").str.split(",").list.get(1, null_on_oob=True)
    version = pl.col("version").str.replace_all(r"[ .]", "").str.replace(r"^(TLS|SSL)", "${1}v")
    return connections.with_columns(
        _epoch("timestamp").alias("ts"),
        version.alias("version"),
        number.map_elements(_cipher_name, return_dtype=pl.String).alias("cipher"),
        pl.col("sni").alias("server_name"),
        (pl.col("session_resumed") == "True").fill_null(value=False).alias("resumed"),
        pl.when(pl.col("sha1").is_not_null()).then(pl.concat_list("sha1")).alias("cert_chain_fps"),
    )


def _cipher_name(number: str) -> str | None:
    return cipher_suite_name(int(number)) if number.isdecimal() else None


def _x509(connections: pl.DataFrame) -> pl.DataFrame:
    return (
        connections.drop_nulls("sha1")
        .unique("sha1", keep="first", maintain_order=True)
        .select(
            _epoch("timestamp").alias("ts"),
            pl.col("sha1").alias("fingerprint"),
            pl.col("sha1").alias("fingerprint_sha1"),
            pl.col("serial").str.replace_all(":", "").alias("certificate.serial"),
            _name("subject").alias("certificate.subject"),
            _name("issuerdn").alias("certificate.issuer"),
            _epoch("notbefore").alias("certificate.not_valid_before"),
            _epoch("notafter").alias("certificate.not_valid_after"),
            pl.lit(value=True).alias("host_cert"),
        )
    )


def _name(column: str) -> pl.Expr:
    return pl.col(column).map_elements(_as_rfc2253, return_dtype=pl.String)


def _as_rfc2253(text: str) -> str:
    """Return a name in Zeek's order and escapes; Suricata's begins with the country."""
    return ",".join(
        f"{kind}={value.translate(_ESCAPED)}" for kind, value in reversed(attributes(text))
    )


def _epoch(column: str) -> pl.Expr:
    """Return ISO 8601 times as epoch seconds; without an offset they are UTC."""
    offset_added = pl.col(column).str.replace(r"(T\d\d:\d\d:\d\d(?:\.\d+)?)$", "${1}+0000")
    moment = offset_added.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False, time_unit="us")
    return moment.dt.timestamp("us").cast(pl.Float64) / 1e6
