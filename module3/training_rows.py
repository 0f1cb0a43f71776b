"""The table that the models are trained and measured on, and its quarters."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from module3.model_columns import BASE
from module3.public_tables import LABEL
from training.tables import read_table

DATA: Final = Path(__file__).resolve().parent / "data"
TABLE: Final = "flows.csv.gz"
SOURCE: Final = "Source"
TABLE_SCHEMA: Final[dict[str, pl.DataType]] = {
    SOURCE: pl.String(),
    LABEL: pl.String(),
    **dict.fromkeys(BASE, pl.Float64()),
}
QUARTERS: Final = 4
_ENDS: Final = (0.25, 0.5, 0.75)  # of the first three quarters
_SEED: Final = 1


def read_training_rows(path: Path) -> pl.DataFrame:
    """Return the distinct rows of a table, as ``TABLE_SCHEMA``; raises ``TableError``."""
    return distinct(read_table(path, TABLE_SCHEMA))


def distinct(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without those that equal another one of the same source and class."""
    return rows.unique([SOURCE, LABEL, *BASE], keep="first", maintain_order=True)


def quarters(rows: pl.DataFrame) -> NDArray[np.intp]:
    """Return the number, 0 to 3, of the quarter of its class and source that each row is in.

    The choice depends on the rows alone, drawn from a fixed seed.
    """
    generator = np.random.default_rng(_SEED)
    order = generator.permutation(len(rows))
    groups = rows.select(SOURCE, LABEL, at=pl.Series(order))
    place = pl.col("at").rank("ordinal").over(SOURCE, LABEL)
    ends = [(pl.len().over(SOURCE, LABEL) * share).round() for share in _ENDS]
    quarter = groups.select(pl.sum_horizontal(place > end for end in ends)).to_series()
    return quarter.to_numpy().astype(np.intp)
