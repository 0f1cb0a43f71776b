"""How the value of a feature is written: numbers, shares, and numbers with a unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple


class Wording(NamedTuple):
    """What a feature measures, and how its value is written."""

    phrase: str
    written: Callable[[float], str]


def number(value: float) -> str:
    """Return a number with at most four significant digits before it grows long."""
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def share(value: float) -> str:
    """Return a share as percent."""
    return f"{100 * value:.2f}%"


def with_unit(unit: str) -> Callable[[float], str]:
    """Return what writes a number with this unit behind it."""
    return lambda value: f"{number(value)} {unit}"


def yes_or_no(value: float) -> str:
    """Return "no" for 0, else "yes"."""
    return "yes" if value else "no"


seconds, days, size, bits, characters = map(with_unit, ("s", "days", "bytes", "bits", "characters"))
entropy: Final = with_unit("bits a character")
