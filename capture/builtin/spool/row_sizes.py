"""How many bytes each row of a table takes, where polars tells only that of all."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

_BYTES_A_VALUE: Final = 16


def row_sizes(table: pl.DataFrame) -> NDArray[np.int64]:
    """Return of each row about how many bytes it takes, which depends on its texts and lists."""
    sizes = np.full(table.height, _BYTES_A_VALUE * table.width, np.int64)
    for column in table:
        if column.dtype == pl.String:
            sizes += _filled(column.str.len_bytes())
        elif column.dtype == pl.List(pl.String):
            sizes += _filled(column.list.join("").str.len_bytes())
            sizes += _BYTES_A_VALUE * _filled(column.list.len())
    return sizes


def _filled(lengths: pl.Series) -> NDArray[np.int64]:
    return lengths.fill_null(0).cast(pl.Int64).to_numpy()
