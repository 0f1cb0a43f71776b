"""The times of a certificate: UTCTime and GeneralizedTime, odd ones included."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

UTC_TIME: Final = 23
GENERALIZED_TIME: Final = 24

_TIME: Final = re.compile(
    rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:[.,]\d*)?)?(?:Z|([+-])(\d\d)(\d\d))?"
)
_EPOCH: Final = date(1970, 1, 1).toordinal()


def _four_digit_year(octets: bytes) -> bytes:
    """Return a UTCTime as GeneralizedTime: years 50 to 99 are 19xx (RFC 5280, 4.1.2.5.1)."""
    return (b"20" if octets[:1] < b"5" else b"19") + octets


def epoch_seconds(tag: int, octets: bytes) -> float | None:
    """Return a time as seconds since the Unix epoch, None when it is none.

    Seconds and zone may be missing (then zero and UTC); a day, hour, minute or second out of its
    range carries over, as it does in C's ``mktime``, by which Zeek computes the time.
    """
    match = _TIME.fullmatch(_four_digit_year(octets) if tag == UTC_TIME else octets)
    if match is None or tag not in (UTC_TIME, GENERALIZED_TIME):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if year == 0 or not 1 <= month <= 12:
        return None
    days = date(year, month, 1).toordinal() - _EPOCH + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    return float(seconds - _zone_offset(match))


def _zone_offset(match: re.Match[bytes]) -> int:
    sign, hours, minutes = match.groups()[6:]
    if sign is None:
        return 0
    offset = int(hours) * 3600 + int(minutes) * 60
    return -offset if sign == b"-" else offset
