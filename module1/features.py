"""One row a TLS connection: who spoke to whom, under which names, in which version, how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from capture.logs import Logs
from capture.schema import Schema
from module1.name_parts import canonical

FIELDS: Final[Schema] = {
    "eventId": pl.String(),
    "srcAddress": pl.String(),
    "srcPort": pl.Int64(),
    "destAddress": pl.String(),
    "destPort": pl.Int64(),
    "appProtocol": pl.String(),
    "tlsSubject": pl.String(),
    "tlsIssuerDn": pl.String(),
    "tlsSni": pl.String(),
    "tlsVersion": pl.String(),
    "bytesOut": pl.Int64(),
    "pktsOut": pl.Int64(),
    "bytesIn": pl.Int64(),
    "pktsIn": pl.Int64(),
    "ts": pl.Float64(),
    "certificate": pl.String(),
    "proto": pl.String(),
}
ETHERNET_HEADER: Final = 14  # bytes that a flow counter adds to each IP packet
_VERSION: Final = r"^(D?TLS)(?:v| )?(\d)[.]?(\d)?(?:-draft.*)?$"


def connection_rows(logs: Logs) -> pl.DataFrame:
    """Return one row for each TLS connection, with the columns of ``FIELDS``.

    ``Out`` is what the server sent to the client, ``In`` what the client sent to the server; bytes
    are those of IP packets and their Ethernet headers, over the whole connection. Names are of the
    leaf certificate, in the form of ``module1.name_parts``. What was not seen is null.
    Rows are sorted by time, then uid.
    """
    # First those with TLS, since a flood is a million connections without.
    of_tls = logs.conn.join(logs.ssl, on="uid", how="semi", maintain_order="left")
    counters = of_tls.unique("uid", keep="first", maintain_order=True).select(
        "uid",
        pl.col("proto").alias("conn_proto"),
        "orig_pkts",
        "orig_ip_bytes",
        "resp_pkts",
        "resp_ip_bytes",
    )
    rows = (
        logs.ssl.with_columns(certificate=pl.col("cert_chain_fps").list.first())
        .join(_leaves(logs.x509), on="certificate", how="left", maintain_order="left")
        .join(counters, on="uid", how="left", maintain_order="left")
    )
    return rows.select(**_fields()).sort("ts", "eventId", nulls_last=True)


def version_text(version: pl.Expr) -> pl.Expr:
    """Return a TLS version as "TLS 1.2" from Zeek's ``TLSv12`` or Suricata's ``TLSv1``.

    A draft counts as the version it became; other protocols keep their name; unknown is null.
    """
    name = version.str.extract(_VERSION, 1)
    major, minor = version.str.extract(_VERSION, 2), version.str.extract(_VERSION, 3)
    readable = pl.concat_str(name, pl.lit(" "), major, pl.lit("."), minor.fill_null("0"))
    other = pl.when(version.str.starts_with("SSL")).then(version)
    return pl.when(name.is_not_null()).then(readable).otherwise(other)


def canonical_names(names: pl.Expr) -> pl.Expr:
    """Return distinguished names in one form; each distinct name is parsed once."""
    return names.map_batches(_canonical, return_dtype=pl.String())


def _canonical(names: pl.Series) -> pl.Series:
    distinct = names.drop_nulls().unique()
    forms = [canonical(name) for name in distinct]
    return names.replace_strict(distinct, pl.Series(forms, dtype=pl.String), default=None)


def _leaves(x509: pl.DataFrame) -> pl.DataFrame:
    """Return subject and issuer of each certificate."""
    return (
        x509.select(
            certificate="fingerprint",
            subject="certificate.subject",
            issuer="certificate.issuer",
        )
        .drop_nulls("certificate")
        .unique("certificate", keep="first", maintain_order=True)
        .with_columns(canonical_names(pl.col("subject", "issuer")))
    )


def _fields() -> dict[str, pl.Expr]:
    def octets(side: str) -> pl.Expr:
        return pl.col(f"{side}_ip_bytes") + ETHERNET_HEADER * pl.col(f"{side}_pkts")

    sources = {
        "eventId": pl.col("uid"),
        "srcAddress": pl.col("id.orig_h"),
        "srcPort": pl.col("id.orig_p"),
        "destAddress": pl.col("id.resp_h"),
        "destPort": pl.col("id.resp_p"),
        "appProtocol": pl.lit("tls"),
        "tlsSubject": pl.col("subject"),
        "tlsIssuerDn": pl.col("issuer"),
        "tlsSni": pl.col("server_name"),
        "tlsVersion": version_text(pl.col("version")),
        "bytesOut": octets("resp"),
        "pktsOut": pl.col("resp_pkts"),
        "bytesIn": octets("orig"),
        "pktsIn": pl.col("orig_pkts"),
        "ts": pl.col("ts"),
        "certificate": pl.col("certificate"),
        "proto": pl.coalesce("proto", "conn_proto"),
    }
    return {name: sources[name].cast(kind) for name, kind in FIELDS.items()}


def main(argv: Sequence[str]) -> int:
    """Write the labelled connections of a manifest; here features and labels are one step."""
    from module1.label import main as label

    return label(argv)


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
