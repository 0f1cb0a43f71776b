"""Cells of a CSV table that a spreadsheet shows as they are meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from verdict.document import FeatureValue


def table(heading: Sequence[str], rows: Iterable[Sequence[FeatureValue]]) -> str:
    """Return a table as CSV text."""
    result = io.StringIO()
    writer = csv.writer(result, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([cell(value) for value in row] for row in rows)
    return result.getvalue()


def cell(value: FeatureValue) -> str:
    """Return a cell: numbers with six decimals at most, nothing for what is missing.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return cell(",".join(value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return str(round(value, 6))
