"""Rows come back in order, whether they wait in memory or on the disk."""

from contextlib import closing

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.spool.sorted_table import SortedTable

LARGE = 1 << 30


def sorted_rows(
    parts: list[list[tuple[int, str]]], limit: int, columns: tuple[str, ...] = ("time", "text")
) -> list[tuple[object, ...]]:
    with closing(SortedTable(("time",), limit)) as table:
        for part in parts:
            table.add(pl.DataFrame(part, {"time": pl.Int64, "text": pl.String}, orient="row"))
        return [row for batch in table.batches(columns) for row in batch.iter_rows()]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 20), st.text(max_size=20)), min_size=1), max_size=8),
    st.sampled_from([1, 50, 200, 1000, LARGE]),
)
def test_the_order_is_that_of_a_stable_sort(parts: list[list[tuple[int, str]]], limit: int) -> None:
    expected = sorted((row for part in parts for row in part), key=lambda row: row[0])
    assert sorted_rows(parts, limit) == expected


@pytest.mark.parametrize("limit", [1, LARGE])
def test_only_the_columns_asked_for_come_back(limit: int) -> None:
    assert sorted_rows([[(2, "b"), (1, "a")], [(0, "c")]], limit, ("text",)) == [
        ("c",),
        ("a",),
        ("b",),
    ]


def test_long_tables_come_in_parts() -> None:
    with closing(SortedTable(("time",), 1000)) as table:
        for begin in range(0, 1000, 100):
            table.add(pl.DataFrame({"time": range(begin, begin + 100)}))
        heights = [batch.height for batch in table.batches(["time"])]
    assert sum(heights) == 1000
    assert max(heights) <= 200
