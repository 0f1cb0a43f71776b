"""What is malicious as CSV of attributes, as MISP imports them."""

from __future__ import annotations

from typing import Final

from report.csv_cells import table
from report.indicators import Indicator, indicators
from report.text import moment
from verdict.document import Document

COLUMNS: Final = ("category", "type", "value", "comment", "to_ids", "first_seen", "last_seen")
_NETWORK: Final = "Network activity"
_SHA256_LENGTH: Final = 64


def misp_csv(document: Document) -> str:
    """Return a row for each server with its port, each certificate, name in DNS and JA3.

    ``to_ids`` is 0 for a JA3, which harmless clients of the same make share.
    """
    rows = [row for each in indicators(document) for row in _rows(each)]
    return table(COLUMNS, rows)


def _rows(indicator: Indicator) -> list[list[str]]:
    comment = f"FINAL {indicator.probability:.3f}"
    if indicator.comment:
        comment = f"{comment}: {indicator.comment}"
    times = [_time(indicator.first_ts), _time(indicator.last_ts)]
    return [
        [_NETWORK, kind, value, comment, to_ids, *times]
        for kind, value, to_ids in _attributes(indicator)
    ]


def _attributes(indicator: Indicator) -> list[tuple[str, str, str]]:
    """Return MISP's types with the values, and whether to look for them."""
    kind, value, detail = indicator.key
    if kind == "server":
        return [("ip-dst|port", f"{value}|{detail.partition('/')[0]}", "1")]
    if kind == "domain":
        return [("domain", value, "1")]
    if kind == "ja3":
        return [("ja3-fingerprint-md5", value, "0")]
    is_sha256 = len(value) == _SHA256_LENGTH
    found = [("x509-fingerprint-sha256" if is_sha256 else "x509-fingerprint-sha1", value, "1")]
    if is_sha256 and indicator.sha1:
        found.append(("x509-fingerprint-sha1", indicator.sha1, "1"))
    return found


def _time(ts: float | None) -> str:
    return "" if ts is None else f"{moment(ts).replace(' ', 'T')}Z"
