"""Rows by their numbers, whether they wait in memory or on the disk."""

from contextlib import closing

import numpy as np
import polars as pl
import pytest

from capture.builtin.spool.numbered_table import NumberedTable


@pytest.mark.parametrize("limit", [1, 40, 1 << 20])
@pytest.mark.parametrize("numbers", [[0], [5, 0, 3], [2, 2, 4, 1, 2]])
def test_rows_come_in_the_order_asked_for(limit: int, numbers: list[int]) -> None:
    with closing(NumberedTable(limit)) as table:
        for part in (["a", "b"], ["c"], ["d", "e", "f"]):
            table.add(pl.DataFrame({"text": part}))
        assert len(table) == 6
        rows = table.rows(np.array(numbers))
    assert rows["text"].to_list() == ["abcdef"[number] for number in numbers]
