"""Text that is safe to print: names from captures may hold control characters."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    r"""Return the text with control and formatting characters written as ``\x1b`` and the like.

    A certificate or an SNI could else move the cursor or change the colours of the terminal.
    """
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() or not unicodedata.category(character).startswith(("C", "Z")):
        return character
    return character.encode("unicode_escape").decode()


def shortened(text: str, width: int) -> str:
    """Return the text cut to a width, with an ellipsis where something is left out."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def probability(value: float | None) -> str:
    """Return a probability with three decimals, "-" when there is none."""
    return "-" if value is None else f"{value:.3f}"


def counted(number: int, noun: str) -> str:
    """Return "1 packet" or "2 packets"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
