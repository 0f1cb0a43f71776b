"""One form for the links between ssl.log and x509.log, which differ between Zeek's versions.

Since version 4, ssl.log names certificates by their SHA-256 and x509.log has it as ``fingerprint``.
Before, both had a file id, of which files.log may tell the hashes. Older sensors log subject and
issuer of the leaf certificate in ssl.log too, at times without an x509.log.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from capture.schema import SSL, X509, Schema

_TEXT = pl.String()
_TEXTS = pl.List(pl.String())

SSL_COLUMNS: Final[Schema] = {
    **SSL,
    "cert_chain_fuids": _TEXTS,
    "client_cert_chain_fuids": _TEXTS,
    "subject": _TEXT,
    "issuer": _TEXT,
}
X509_COLUMNS: Final[Schema] = {**X509, "id": _TEXT}
FILES_COLUMNS: Final[Schema] = {"fuid": _TEXT, "sha1": _TEXT, "sha256": _TEXT}


def link_certificates(
    ssl: pl.DataFrame, x509: pl.DataFrame, files: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ssl and x509 tables that join by ``cert_chain_fps`` and ``fingerprint``.

    Arguments have the columns above. A fingerprint is the SHA-256 where any log tells it, else the
    file id. A leaf certificate known only by subject and issuer in ssl.log becomes an x509 row with
    nothing else, under the connection's uid if it has no other name.
    """
    sha256 = _known_digests(files, "sha256")
    ssl = _named_chains(ssl, sha256)
    x509 = _named_certificates(x509, sha256, _known_digests(files, "sha1"))
    x509 = pl.concat([x509, _certificates_known_by_name_only(ssl, x509)], how="diagonal")
    return ssl.select(list(SSL)), _with_roles(x509.select(list(X509)), ssl)


def _known_digests(files: pl.DataFrame, digest: str) -> dict[str, str]:
    known = files.select("fuid", pl.col(digest).str.to_lowercase()).drop_nulls()
    return dict(known.iter_rows())


def _named_chains(ssl: pl.DataFrame, sha256: dict[str, str]) -> pl.DataFrame:
    by_name_only = pl.col("subject").is_not_null() & (
        pl.col("cert_chain_fps").list.len().fill_null(0) == 0
    )
    return ssl.with_columns(
        _chain("cert_chain_fps", "cert_chain_fuids", sha256),
        _chain("client_cert_chain_fps", "client_cert_chain_fuids", sha256),
    ).with_columns(
        pl.when(by_name_only)
        .then(pl.concat_list("uid"))
        .otherwise(pl.col("cert_chain_fps"))
        .alias("cert_chain_fps")
    )


def _chain(fingerprints: str, file_ids: str, sha256: dict[str, str]) -> pl.Expr:
    digests = pl.col(file_ids).list.eval(pl.element().replace(sha256))
    return pl.coalesce(pl.col(fingerprints), digests).alias(fingerprints)


def _named_certificates(
    x509: pl.DataFrame, sha256: dict[str, str], sha1: dict[str, str]
) -> pl.DataFrame:
    by_sha256 = {sha256[file_id]: digest for file_id, digest in sha1.items() if file_id in sha256}
    return x509.with_columns(
        pl.coalesce("fingerprint", pl.col("id").replace(sha256)).alias("fingerprint")
    ).with_columns(
        pl.coalesce(
            "fingerprint_sha1",
            pl.col("id").replace_strict(sha1, default=None, return_dtype=pl.String),
            pl.col("fingerprint").replace_strict(by_sha256, default=None, return_dtype=pl.String),
        ).alias("fingerprint_sha1")
    )


def _certificates_known_by_name_only(ssl: pl.DataFrame, x509: pl.DataFrame) -> pl.DataFrame:
    leaves = ssl.filter(pl.col("subject").is_not_null()).select(
        "ts",
        pl.col("cert_chain_fps").list.first().alias("fingerprint"),
        pl.col("subject").alias("certificate.subject"),
        pl.col("issuer").alias("certificate.issuer"),
    )
    missing = leaves.join(x509.select("fingerprint"), on="fingerprint", how="anti")
    return missing.unique("fingerprint", keep="first", maintain_order=True)


def _with_roles(x509: pl.DataFrame, ssl: pl.DataFrame) -> pl.DataFrame:
    """Say which certificates were a server's or client's own, where the log does not."""
    fingerprint = pl.col("fingerprint")
    return x509.with_columns(
        pl.coalesce("host_cert", fingerprint.is_in(_leaves(ssl, "cert_chain_fps"))),
        pl.coalesce("client_cert", fingerprint.is_in(_leaves(ssl, "client_cert_chain_fps"))),
    )


def _leaves(ssl: pl.DataFrame, chains: str) -> list[str]:
    leaves = ssl[chains].list.first().drop_nulls().unique(maintain_order=True)
    return list(leaves)
