"""Reasons in words: what moved each detector most, and what a person can check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from models.contribution import Contribution
from verdict.document import CertificateMatch, Reason, ServerKey
from verdict.known_certificates import decides
from verdict.scoring import KEY, Scored
from verdict.wording import phrase, value_text

_EACH: Final = 3  # reasons a detector
_UNITS: Final = {"module1": "log-odds", "gbdt": "log-odds", "random_forest": "probability"}


def contributions(scored: Scored, key: ServerKey) -> dict[str, list[Contribution]]:
    """Return what moved each detector's score of a server row.

    Module 1's are those of the row's connection with the highest probability. A detector that did
    not assess the row is not there.
    """
    found: dict[str, list[Contribution]] = {}
    connection = _strongest_connection(scored.connections, key)
    if len(connection):
        found["module1"] = scored.models.connection.contributions(connection)
    server = scored.servers.filter(_is(key)).filter(pl.col("random_forest").is_not_null())
    if len(server):
        found.update(scored.models.server.contributions(server))
    return found


def reasons_of(found: Mapping[str, Sequence[Contribution]], *, malicious: bool) -> list[Reason]:
    """Return the strongest reasons of each detector.

    For a malicious target only those that raise the score, if there are any.
    """
    return [
        _reason(detector, contribution)
        for detector in sorted(found, key=list(_UNITS).index)
        for contribution in _strongest(found[detector], malicious)
    ]


def match_reasons(matches: Sequence[CertificateMatch]) -> list[Reason]:
    """Return a reason for each entry of the certificate database that fits."""
    return [_match_reason(match) for match in matches]


def _strongest_connection(connections: pl.DataFrame, key: ServerKey) -> pl.DataFrame:
    names = {"srcAddress": "client", "destAddress": "server", "destPort": "port"}
    chosen = connections.rename(names).filter(_is(key)).drop_nulls("probability")
    best = chosen.sort("probability", "ts", "eventId", descending=[True, False, False]).head(1)
    return best.rename({new: old for old, new in names.items()})


def _is(key: ServerKey) -> pl.Expr:
    values = (key.client, key.server, key.port, key.proto)
    return pl.all_horizontal(pl.col(name) == value for name, value in zip(KEY, values, strict=True))


def _strongest(entries: Sequence[Contribution], malicious: bool) -> list[Contribution]:
    raising = [entry for entry in entries if entry.contribution > 0]
    chosen = raising if malicious and raising else [e for e in entries if e.contribution]
    return sorted(chosen, key=lambda entry: (-abs(entry.contribution), entry.feature))[:_EACH]


def _reason(detector: str, entry: Contribution) -> Reason:
    value = entry.value
    if isinstance(value, float) and math.isnan(value):
        value = None
    direction = "towards malicious" if entry.contribution > 0 else "towards normal"
    text = (
        f"{phrase(entry.feature)}: {value_text(entry.feature, value)} "
        f"({_usual(entry)}{direction}, {entry.contribution:+.2f} {_UNITS[detector]})"
    )
    return Reason(detector, entry.feature, value, entry.contribution, text)


def _usual(entry: Contribution) -> str:
    """Return what most normal servers have, to go before the direction."""
    if entry.usual is None:
        return ""
    low, high = (value_text(entry.feature, end) for end in entry.usual)
    return f"usual: {low}; " if low == high else f"usual: {low} to {high}; "


def _match_reason(match: CertificateMatch) -> Reason:
    value = {
        "sha256": match.sha256,
        "sha1": match.sha1,
        "subject and issuer": match.subject,
        "sni": match.sni,
    }[match.matched_by]
    origin = f" in {match.capture}" if match.capture else ""
    note = f": {match.note}" if match.note else ""
    weight = "this decides FINAL" if decides(match) else "a hint, no proof"
    state = {
        "learned": f"learned{origin}",
        "confirmed": "confirmed by a person",
        "imported": f"imported{note}",
    }[match.state]
    text = f"{match.matched_by} {value} is known, {state} ({weight})"
    return Reason("certificate_database", match.matched_by, value, None, text)
