"""How the value of a feature is written: numbers, shares, and numbers with a unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

_LENGTHS: Final = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}  # in seconds


class Wording(NamedTuple):
    """What a feature measures, and how its value is written."""

    phrase: str
    written: Callable[[float], str]


def number(value: float) -> str:
    """Return a number with at most four significant digits before it grows long."""
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:z,.0f}"
    return f"{value:z.4g}"


def share(value: float) -> str:
    """Return a share as percent."""
    return f"{100 * value:z.2f}%"


def time_span(seconds: float) -> str:
    """Return a span of time in the largest unit that it fills."""
    for unit, length in _LENGTHS.items():
        if seconds >= length:
            count = number(seconds / length)
            return f"{count} {unit}{'' if count == '1' else 's'}"
    return "less than a second"


def with_unit(unit: str) -> Callable[[float], str]:
    """Return what writes a number with this unit behind it."""
    return lambda value: f"{number(value)} {unit}"


def yes_or_no(value: float) -> str:
    """Return "no" for 0, else "yes"."""
    return "yes" if value else "no"


def version(value: float) -> str:
    """Return the version of TLS, or of SSL, which a number below 1 stands for."""
    return f"TLS {value:.1f}" if value >= 1 else f"SSL {10 * value:.0f}"


seconds, days, size, bits, characters = map(with_unit, ("s", "days", "bytes", "bits", "characters"))
entropy: Final = with_unit("bits a character")
