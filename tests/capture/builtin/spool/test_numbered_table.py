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
        rows = pl.concat(table.batches(np.array(numbers)))
    assert rows["text"].to_list() == ["abcdef"[number] for number in numbers]


def test_long_rows_are_given_back_in_more_parts_than_short_ones():
    texts = ["a" * 600, *"bcdefgh", "i" * 5000, "j"]
    with closing(NumberedTable(1000)) as table:
        table.add(pl.DataFrame({"text": texts}))
        parts = list(table.batches(np.array([0, *range(8), 0, 8, 9])))
    assert [len(part) for part in parts] == [1, 8, 1, 1, 1]
    assert "".join(pl.concat(parts)["text"]) == texts[0] + "".join(texts[:8]) + texts[0] + "".join(
        texts[8:]
    )


def test_no_rows_asked_for():
    with closing(NumberedTable(1000)) as table:
        assert not list(table.batches(np.empty(0, np.int64)))
