"""Measurements as tables of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.table import Table

from bench.measure import Measurement

FINE: Final = (0, 1)  # of our commands: 1 says that something was found


def table_of(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table whose first column is text and whose others are figures."""
    table = Table(title=title)
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="right" if position else "left")
    for row in rows:
        table.add_row(*row)
    return table


def marked(name: str, measurement: Measurement, fine: Sequence[int] = FINE) -> str:
    """Return a command's name, marked if it failed: exited with a status that is not ``fine``."""
    return name if measurement.status in fine else f"{name} (failed: {measurement.status})"


def times(value: float, reference: float) -> str:
    """Return how many times the reference a value is."""
    return f"{value / reference:.2f}"
