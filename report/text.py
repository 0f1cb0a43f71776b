"""Text that is safe to print and fits its place; names from captures may hold anything."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

_WIDE: Final = frozenset("WF")  # of the East Asian width property: two columns of a terminal
# Words, and single characters of a script that may break anywhere.
_TOKENS: Final = re.compile(r"\s*(?:[^\s\u3000-\u9fff\uff00-\uffef]+|[\u3000-\u9fff\uff00-\uffef])")
_CLOSING: Final = ("Pe", "Pf", "Po")  # categories of punctuation that may not begin a line


def printable(text: str) -> str:
    r"""Return the text with control and formatting characters written as ``\x1b`` and the like.

    A certificate or an SNI could else move the cursor or change the colours of the terminal.
    """
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() or not unicodedata.category(character).startswith(("C", "Z")):
        return character
    return character.encode("unicode_escape").decode()


def display_width(text: str) -> int:
    """Return the columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(each) in _WIDE for each in text)


def padded(text: str, width: int, align: str = "<") -> str:
    """Return the text filled with spaces to a width, to the left with ``>``."""
    space = " " * max(width - display_width(text), 0)
    return f"{space}{text}" if align == ">" else f"{text}{space}"


def shortened(text: str, width: int) -> str:
    """Return the text cut to a width, with an ellipsis where something is left out."""
    if display_width(text) <= width:
        return text
    kept = text[: max(width - 1, 0)]
    while kept and display_width(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept}…"


def wrapped(text: str, width: int, indent: str = "  ") -> list[str]:
    """Return the text in lines of a width, all but the first indented; long words are cut.

    One closing mark may stand beyond the width.
    """
    lines: list[str] = []
    line, used = "", 0
    for token in _TOKENS.findall(text.rstrip()):
        piece = token if line.strip() else token.lstrip()
        columns = display_width(piece)
        may_stand_beyond = _closes(token) and used <= width
        if line.strip() and used + columns > width and not may_stand_beyond:
            lines.append(line)
            line, used, piece = indent, len(indent), token.lstrip()
            columns = display_width(piece)
        if used + columns > width and not may_stand_beyond:
            *full, line = _cut(line + piece, width, indent)
            lines += full
            used = display_width(line)
        else:
            line += piece
            used += columns
    return [*lines, line] if line.strip() else lines


def _cut(text: str, width: int, indent: str) -> list[str]:
    """Return a text without a place to break in lines of a width, all but the first indented."""
    lines: list[str] = []
    line, used = "", 0
    for character in text:
        columns = display_width(character)
        if used + columns > width and line.strip():
            lines.append(line)
            line, used = indent, len(indent)
        line += character
        used += columns
    return [*lines, line]


def _closes(token: str) -> bool:
    """Return whether a token is a wide punctuation mark that belongs to what is before it."""
    return (
        len(token) == 1
        and unicodedata.east_asian_width(token) in _WIDE
        and unicodedata.category(token) in _CLOSING
    )


def probability(value: float | None) -> str:
    """Return a probability with three decimals, "-" when there is none."""
    return "-" if value is None else f"{value:.3f}"


def counted(number: int, noun: str) -> str:
    """Return "1 packet" or "2 packets"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def moment(ts: float) -> str:
    """Return a time since the epoch as date and time of day, UTC."""
    try:
        return datetime.fromtimestamp(ts, UTC).isoformat(" ", "seconds")[:19]
    except (ValueError, OverflowError, OSError):  # no calendar reaches that far
        return f"{ts:.0f} s"


def span(first: float, last: float) -> str:
    """Return two times, the day of the second only where it is another one."""
    start, end = moment(first), moment(last)
    if start == end:
        return start
    return f"{start} - {end[11:] if start[:10] == end[:10] else end}"
