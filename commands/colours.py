"""Colours of verdicts, where a terminal shows them and the user wants them."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final

from commands.output import write

if TYPE_CHECKING:
    from report.language import Language

_COLOURS: Final = {"MALICIOUS": "1;31", "NORMAL": "32", "NOT ASSESSED": "33"}
_FOUND: Final = "malicious certificate FOUND"


def show(text: str, language: Language) -> None:
    """Print a result that a person reads, coloured on a terminal."""
    write(coloured(text, language) if are_wanted() else text)


def are_wanted() -> bool:
    """Return whether standard output is a terminal, and NO_COLOR (no-color.org) is not set."""
    is_capable = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    return is_capable and not os.environ.get("NO_COLOR")


def coloured(text: str, language: Language) -> str:
    """Return the text with the verdicts at the begin and at the end of lines in colour."""
    for verdict, colour in _COLOURS.items():
        words = {re.escape(verdict), re.escape(language(verdict))}
        begin = rf"^(?:{'|'.join(sorted(words))})(?=\s)"
        end = rf"(?<= is ){re.escape(verdict)}(?=!$)"
        text = re.sub(f"{begin}|{end}", rf"\033[{colour}m\g<0>\033[0m", text, flags=re.MULTILINE)
    return text.replace(f"{_FOUND}!", f"\033[{_COLOURS['MALICIOUS']}m{_FOUND}\033[0m!")
