"""The labelled rows of both modules, read as their training reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluation.errors import EvaluationError
from module1.tables import DATA, read_connections, read_contest_copy
from module1.training_rows import thinned
from module2.table_names import CTU_TABLE, MERGED_TABLE, SHIPPED_TABLE, TABLES
from module2.training_rows import TrainingError, read_added_rows, read_training_rows
from training.dataset_folders import DATASET, command
from training.tables import TableError


@dataclass(frozen=True)
class LabelledTables:
    """Module 2's ``servers`` and module 1's ``connections``, which are measured.

    ``added`` and ``contest`` are other sources that the modules learn from and nobody is measured
    on. Servers with equal features count once, and of a server at most fifty connections.
    """

    servers: pl.DataFrame
    connections: pl.DataFrame
    added: pl.DataFrame | None
    contest: pl.DataFrame


def read_tables(data: Path | None = None) -> LabelledTables:
    """Return the tables of a data set, of the shipped one unless given.

    Raises ``EvaluationError`` when tables are missing, damaged or hold one class alone.
    """
    folder = (data or DATASET) / TABLES
    labelled = [path for name in (SHIPPED_TABLE, MERGED_TABLE) if (path := folder / name).is_file()]
    if not labelled:
        raise EvaluationError(
            f"{folder}: neither {SHIPPED_TABLE} nor {MERGED_TABLE}; "
            f"make them with: {command('features', data or DATASET)}"
        )
    added = folder / CTU_TABLE
    try:
        return LabelledTables(
            read_training_rows(labelled),
            thinned(read_connections(data or DATA)),
            read_added_rows(added) if added.is_file() else None,
            read_contest_copy(data or DATA),
        )
    except (TableError, TrainingError) as error:
        raise EvaluationError(str(error)) from None
