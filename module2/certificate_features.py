"""Features of the leaf certificates that a server showed.

A certificate is told from another by what it says, not by its fingerprint: older logs give each
sighting of one certificate an identifier of its own. Shares and means are over the distinct leaf
certificates of a key; capture time is when the key first showed the certificate.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from module2.columns import KEY
from module2.names import covered_by, name_facts
from module2.tls_features import values_seen

_DAY: Final = 86400.0
_IDENTITY: Final = (
    "certificate.subject",
    "certificate.issuer",
    "certificate.serial",
    "certificate.not_valid_before",
    "certificate.not_valid_after",
)


def certificate_features(tls: pl.DataFrame, x509: pl.DataFrame) -> pl.DataFrame:
    """Return one row a key with a visible certificate, from TLS connections and the x509 table.

    Columns are the certificate features and ``certificate``, the fingerprint that most connections
    showed. A certificate of which the logs know only parts leaves the other features null.
    """
    sightings = _sightings(tls, x509)
    shown = _first_sightings(sightings)
    parts = (_most_frequent(sightings), _contents(shown), _names(shown), _server_names(sightings))
    rows = sightings.group_by(KEY).agg(pl.col("self_signed").mean().alias("self_signed_ratio"))
    for part in parts:
        rows = rows.join(part, on=KEY, how="left")
    return rows


def certificates_shown(tls: pl.DataFrame, x509: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each distinct leaf certificate of a key, when the key first showed it."""
    return _first_sightings(_sightings(tls, x509))


def _sightings(tls: pl.DataFrame, x509: pl.DataFrame) -> pl.DataFrame:
    """Return the connections with a visible certificate, what it says beside them."""
    sightings = tls.drop_nulls("leaf").join(_certificates(x509), on="leaf", how="left")
    return sightings.with_columns(pl.coalesce("identity", "leaf").alias("identity"))


def _first_sightings(sightings: pl.DataFrame) -> pl.DataFrame:
    ordered = sightings.sort("ts", nulls_last=True)
    return ordered.unique([*KEY, "identity"], keep="first", maintain_order=True)


def _certificates(x509: pl.DataFrame) -> pl.DataFrame:
    """Return one row a fingerprint (``leaf``) with what the names of the certificate say.

    ``domains`` is null where the log did not parse the certificate, an empty list where the
    certificate has no DNS names.
    """
    subject, issuer = pl.col("certificate.subject"), pl.col("certificate.issuer")
    parsed = pl.col("certificate.version").is_not_null()
    identity = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in _IDENTITY])
    certificates = (
        x509.drop_nulls("fingerprint")
        .unique("fingerprint", keep="first", maintain_order=True)
        .rename({"fingerprint": "leaf"})
        .with_columns(
            identity.replace("", None).alias("identity"),
            ((subject == issuer) & (subject != "")).alias("self_signed"),
            pl.when(parsed)
            .then(pl.col("san.dns").fill_null([]).list.drop_nulls())
            .alias("domains"),
        )
    )
    for side in ("subject", "issuer"):
        facts = name_facts(certificates[f"certificate.{side}"])
        facts = facts.rename({column: f"{side}_{column}" for column in facts.columns})
        certificates = certificates.join(
            facts,
            left_on=f"certificate.{side}",
            right_on=f"{side}_text",
            how="left",
            maintain_order="left",
        )
    return certificates


def _most_frequent(sightings: pl.DataFrame) -> pl.DataFrame:
    """Return the fingerprint shown most often to each key; of equals the smallest."""
    return (
        sightings.group_by([*KEY, "identity"])
        .agg(pl.len().alias("count"), pl.col("leaf").min().alias("certificate"))
        .sort(["count", "certificate"], descending=[True, False])
        .group_by(KEY, maintain_order=True)
        .agg(pl.col("certificate").first())
    )


def _contents(shown: pl.DataFrame) -> pl.DataFrame:
    """Return key, validity, serial and domain features.

    The share of the validity that had passed exceeds 1 after its end, and is null for a certificate
    without a span of validity.
    """
    start, end = pl.col("certificate.not_valid_before"), pl.col("certificate.not_valid_after")
    days = (end - start) / _DAY
    passed = pl.when(end > start).then((pl.col("ts") - start) / (end - start))
    return shown.group_by(KEY).agg(
        values_seen("certificate.key_alg").alias("cert_key_alg"),
        values_seen("certificate.sig_alg").alias("cert_sig_alg"),
        values_seen("certificate.key_type").alias("cert_key_type"),
        pl.col("certificate.key_length").mean().alias("avg_key_length"),
        days.mean().alias("avg_cert_valid_day"),
        days.std(ddof=0).alias("std_cert_valid_day"),
        ((pl.col("ts") >= start) & (pl.col("ts") <= end)).mean().alias("percent_of_valid_cert"),
        passed.mean().alias("avg_valid_cert_percent"),
        ((pl.col("ts") - start) / _DAY).mean().alias("avg_cert_age_day"),
        ((end - pl.col("ts")) / _DAY).mean().alias("avg_cert_day_left"),
        pl.col("certificate.serial").str.len_chars().mean().alias("avg_serial_length"),
        pl.col("certificate.version").mean().alias("avg_cert_version"),
        _distinct(pl.col("certificate.serial"), pl.col("certificate.serial").count()).alias(
            "number_of_cert_serial"
        ),
        _distinct(
            pl.col("domains").explode(empty_as_null=False).str.to_lowercase(),
            pl.col("domains").count(),
        ).alias("number_of_domains_in_cert"),
    )


def _distinct(values: pl.Expr, known: pl.Expr) -> pl.Expr:
    """Return the number of distinct values, null when nothing is known of them."""
    return pl.when(known > 0).then(values.drop_nulls().n_unique())


def _names(shown: pl.DataFrame) -> pl.DataFrame:
    """Return the shares of certificates whose subject or issuer has a property."""
    covered = shown.with_columns(covered_by(shown["subject_cn"], shown["domains"]).alias("covered"))
    shares = {
        "subject_CN_is_IP": "subject_cn_is_address",
        "subject_is_com": "subject_cn_is_com",
        "issuer_is_com": "issuer_cn_is_com",
        "subject_only_CN": "subject_only_cn",
        "issuer_only_CN": "issuer_only_cn",
    }
    for side in ("subject", "issuer"):
        for feature, attribute in (("O", "o"), ("CO", "c"), ("ST", "st"), ("L", "l")):
            shares[f"is_{feature}_in_{side}"] = f"{side}_{attribute}"
    return covered.group_by(KEY).agg(
        _all("covered").alias("is_CNs_in_SAN_dns"),
        *(pl.col(column).mean().alias(feature) for feature, column in shares.items()),
    )


def _server_names(sightings: pl.DataFrame) -> pl.DataFrame:
    """Return whether each server name was in the certificate shown for it."""
    pairs = sightings.unique([*KEY, "identity", "server_name"], maintain_order=True)
    covered = covered_by(pairs["server_name"], pairs["domains"]).alias("covered")
    return (
        pairs.with_columns(covered).group_by(KEY).agg(_all("covered").alias("is_SNIs_in_SAN_dns"))
    )


def _all(column: str) -> pl.Expr:
    """Return 1.0 when all known values are true, 0.0 when one is not, null when none is known."""
    return pl.col(column).cast(pl.Float64).min()
