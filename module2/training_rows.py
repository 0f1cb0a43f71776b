"""The rows that training reads, from one or several tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from module2.columns import FEATURES
from module2.ctu_table import with_implied
from module2.labelled_rows import TABLE_SCHEMA
from training.dataset_folders import command
from training.tables import read_table


class TrainingError(ValueError):
    """Rows that no model can be trained on; the message says what is missing."""


def read_training_rows(tables: Sequence[Path]) -> pl.DataFrame:
    """Return the rows of all tables; rows with the same label and features count once.

    Raises ``TableError``, or ``TrainingError`` when the rows are not of both classes.
    """
    rows = pl.concat([read_table(path, TABLE_SCHEMA) for path in tables])
    distinct = _distinct(rows)
    if set(distinct["label"].unique()) != {0, 1}:
        raise TrainingError(
            f"{', '.join(map(str, tables))}: need malicious and normal rows, both; "
            f"label more captures, then run {command('features module2', tables[0].parent.parent)}"
        )
    return distinct


def read_added_rows(table: Path) -> pl.DataFrame:
    """Return the distinct rows of the CTU table, which is trained on but never measured.

    They have all features that follow from those in the file.
    """
    return with_implied(_distinct(read_table(table, TABLE_SCHEMA)))


def _distinct(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique(["label", *FEATURES], keep="first", maintain_order=True)
