"""Reasons in words: what moved each detector most, and what a person can check."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Final

import polars as pl

from models.contribution import Contribution
from verdict.document import CertificateMatch, Reason, ServerKey
from verdict.known_certificates import decides
from verdict.scoring import CONNECTION_KEY, KEY, Scored
from verdict.wording import phrase, value_text

_KEY_SCHEMA: Final = {
    "client": pl.String,
    "server": pl.String,
    "port": pl.Int64,
    "proto": pl.String,
}
_EACH: Final = 3  # reasons a detector
_FEW: Final = 0.01
_ROWS: Final = {"module1": "connections", "gbdt": "servers", "random_forest": "servers"}
_UNITS: Final = {"module1": "log-odds", "gbdt": "log-odds", "random_forest": "probability"}


class Explanations:
    """What moved the detectors' scores of server rows: ``explanations[key]``.

    Those of ``keys``, which are likely to be asked for, are found all together with the first one.
    ``of_normal`` is whether to explain also what is not malicious.
    """

    def __init__(self, scored: Scored, keys: Iterable[ServerKey], *, of_normal: bool) -> None:
        self.of_normal = of_normal
        self._scored = scored
        self._expected = frozenset(keys)
        self._found: dict[ServerKey, dict[str, list[Contribution]]] = {}

    def __getitem__(self, key: ServerKey) -> Mapping[str, list[Contribution]]:
        """Return what moved each detector; one that did not assess the row is not there."""
        if key not in self._found:
            missing = {key, *self._expected} - self._found.keys()
            self._found |= contributions(self._scored, missing)
        return self._found[key]


def contributions(
    scored: Scored, keys: Iterable[ServerKey]
) -> dict[ServerKey, dict[str, list[Contribution]]]:
    """Return what moved each detector's score of server rows.

    Module 1's are those of a row's connection with the highest probability. A detector that did
    not assess the row is not there.
    """
    found: dict[ServerKey, dict[str, list[Contribution]]] = {key: {} for key in keys}
    wanted = pl.DataFrame(list(map(astuple, found)), schema=_KEY_SCHEMA, orient="row")
    connections = _strongest_connections(scored.connections, wanted)
    if len(connections):
        entries = scored.models.connection.contributions(connections)
        for key, own in zip(_keys(connections, CONNECTION_KEY), entries, strict=True):
            found[key]["module1"] = own
    servers = scored.servers.join(wanted, on=KEY, how="semi", maintain_order="left")
    servers = servers.filter(pl.col("random_forest").is_not_null())
    if len(servers):
        both = scored.models.server.contributions(servers)
        for key, of_detectors in zip(_keys(servers, KEY), both, strict=True):
            found[key] |= of_detectors
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


def _strongest_connections(connections: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return the connection with the highest probability of each server row, if it has one."""
    own = connections.join(wanted, left_on=CONNECTION_KEY, right_on=KEY, how="semi")
    ordered = own.drop_nulls("probability").sort(
        "probability", "ts", "eventId", descending=[True, False, False]
    )
    return ordered.unique(CONNECTION_KEY, keep="first", maintain_order=True)


def _keys(rows: pl.DataFrame, columns: Sequence[str]) -> Iterator[ServerKey]:
    return (ServerKey(*values) for values in rows.select(columns).iter_rows())


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
        f"({_usual(detector, entry)}{direction}, {entry.contribution:+.2f} {_UNITS[detector]})"
    )
    return Reason(detector, entry.feature, value, entry.contribution, text)


def _usual(detector: str, entry: Contribution) -> str:
    """Return what most normal rows have, or how many are alike, to go before the direction."""
    if entry.alike is not None:
        return _alike(f"normal {_ROWS[detector]}", entry.value, entry.alike)
    if entry.usual is None:
        return ""
    low, high = (value_text(entry.feature, end) for end in entry.usual)
    return f"usual: {low}; " if low == high else f"usual: {low} to {high}; "


def _alike(rows: str, value: str | float | None, share: float) -> str:
    words = "under 1%" if 0 < share < _FEW else f"{share:.0%}"
    if isinstance(value, int | float) and 0 < value < 1:
        return f"neither 0% nor 100%, as {words} of {rows}; "
    return f"{words} of {rows}; "


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
