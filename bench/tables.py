"""Measurements as tables of text."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from bench.measure import Measurement


def table_of(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table whose first column is text and whose others are figures."""
    table = Table(title=title)
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="right" if position else "left")
    for row in rows:
        table.add_row(*row)
    return table


def marked(name: str, measurement: Measurement) -> str:
    """Return a command's name, marked if it failed; exit status 1 says that something was found."""
    return name if measurement.status in (0, 1) else f"{name} (failed: {measurement.status})"


def times(value: float, reference: float) -> str:
    """Return how many times the reference a value is."""
    return f"{value / reference:.2f}"
