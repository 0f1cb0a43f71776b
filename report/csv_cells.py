"""Cells of a CSV table that a spreadsheet shows as they are meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verdict.csv_text import csv_text, guarded
from verdict.document import FeatureValue


def table(heading: Sequence[str], rows: Iterable[Sequence[FeatureValue]]) -> str:
    """Return a table as CSV text."""
    return csv_text([heading, *([cell(value) for value in row] for row in rows)])


def cell(value: FeatureValue) -> str:
    """Return a cell: numbers with six decimals at most, nothing for what is missing.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return cell(",".join(value))
    if isinstance(value, str):
        return guarded(value)
    return str(round(value, 6))
