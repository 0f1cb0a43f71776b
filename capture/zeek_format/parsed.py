"""What the log parsers return."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl


class ParsedLog(NamedTuple):
    """Rows of a log, and how many lines were left out, by reason."""

    table: pl.DataFrame
    skipped: Mapping[str, int]


CUT_LINE = "log line cut off or broken"
