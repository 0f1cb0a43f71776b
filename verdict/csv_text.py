"""Tables as CSV text whose cells a spreadsheet shows as they are meant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

# What a spreadsheet takes for a formula; apostrophes before it, so that one more can be undone.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
# csv.writer leaves a lone \r bare, which ends a row, and a # that would begin a comment.
_TO_QUOTE: Final = re.compile(r'^#|[",\r\n]')


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV, a line each unless a cell has several."""
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows)


def csv_rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of CSV; raises ``csv.Error``.

    Empty lines, and those that begin with ``#``, are left out, unless they are within a cell.
    """
    lines = iter(io.StringIO(text, newline=""))
    for line in lines:
        if line.strip() and not line.startswith("#"):
            yield next(csv.reader(chain([line], lines)))  # takes as many lines as the row has


def guarded(text: str) -> str:
    """Return text with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that ``guarded`` made this of."""
    return text[1:] if _GUARDED.match(text) else text


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _TO_QUOTE.search(cell) else cell
