"""What the certificate database learns from a run: leaf certificates of malicious servers."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

import polars as pl

from capture.logs import CaptureInfo
from verdict.document import Document
from verdict.known_certificates import Entry, Sighting
from verdict.scoring import KEY, Scored

_SHA256: Final = r"^[0-9a-f]{64}$"


def learnable(scored: Scored, document: Document, allowed: Set[str] = frozenset()) -> list[Entry]:
    """Return an entry for each leaf certificate on a server row that FINAL calls malicious.

    Rows are those of the document's malicious targets; connections whose uids are ``allowed``
    teach nothing. The time is that of the first connection with the certificate; the captures are
    those that hold that time.
    """
    certificates = _shown(scored, _malicious_addresses(document), allowed).join(
        _contents(scored.logs.x509), on="certificate", how="left", maintain_order="left"
    )
    return [
        Entry(
            "learned",
            sha256=row["certificate"],
            sha1=row["fingerprint_sha1"],
            subject=row["certificate.subject"],
            issuer=row["certificate.issuer"],
            sni=row["tlsSni"],
            sightings=_sightings(scored.logs.captures, row["ts"], row["final"]),
        )
        for row in certificates.iter_rows(named=True)
    ]


def _malicious_addresses(document: Document) -> list[str]:
    malicious = [target for target in document.targets if target.final.verdict == "MALICIOUS"]
    return sorted({target.ip for target in malicious})


def _shown(scored: Scored, addresses: Sequence[str], allowed: Set[str]) -> pl.DataFrame:
    """Return certificate, first time, SNI and highest FINAL of the malicious rows, sorted."""
    harmless = pl.Series(sorted(allowed), dtype=pl.String).implode()
    wanted = pl.Series(addresses, dtype=pl.String).implode()
    malicious = scored.servers.filter(
        pl.any_horizontal(pl.col("client", "server").is_in(wanted)),
        pl.col("final") >= scored.models.final.threshold,
    )
    return (
        scored.connections.rename(
            {"srcAddress": "client", "destAddress": "server", "destPort": "port"}
        )
        .filter(
            pl.col("certificate").str.contains(_SHA256),
            ~pl.col("eventId").fill_null("").is_in(harmless),
        )
        .join(malicious.select(*KEY, "final"), on=KEY)
        .sort("ts", "eventId", nulls_last=True)
        .group_by("certificate", maintain_order=True)
        .agg(pl.col("ts").first(), pl.col("tlsSni").drop_nulls().first(), pl.col("final").max())
        .sort("certificate")
    )


def _contents(x509: pl.DataFrame) -> pl.DataFrame:
    columns = ("fingerprint_sha1", "certificate.subject", "certificate.issuer")
    return x509.select(pl.col("fingerprint").alias("certificate"), *columns).unique(
        "certificate", keep="first"
    )


def _sightings(
    captures: Sequence[CaptureInfo], ts: float | None, score: float
) -> tuple[Sighting, ...]:
    read = [info for info in captures if info.sha256]  # the others could not be read
    holding = [info for info in read if _holds(info, ts)] or read
    found = {info.sha256: Sighting(info.sha256, info.path, ts, score) for info in holding}
    return tuple(found[digest] for digest in sorted(found))


def _holds(info: CaptureInfo, ts: float | None) -> bool:
    if ts is None or info.first_ts is None or info.last_ts is None:
        return False
    return info.first_ts <= ts <= info.last_ts
