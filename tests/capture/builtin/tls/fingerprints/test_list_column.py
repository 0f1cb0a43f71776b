from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.fingerprints.list_column import list_column

NUMBERS = st.lists(st.none() | st.lists(st.integers(0, 3), max_size=3).map(tuple), max_size=8)


@settings(max_examples=100, deadline=None)
@given(NUMBERS)
def test_same_as_polars_makes_of_python_lists(values: list[tuple[int, ...] | None]) -> None:
    expected: list[Any] = [None if value is None else list(value) for value in values]
    column = list_column("numbers", values, pl.List(pl.Int64()))
    assert column.equals(pl.Series("numbers", expected, dtype=pl.List(pl.Int64)), check_names=True)


@pytest.mark.parametrize("values", [[], [None], [()], [("a", "b"), (), None, ("a",), ("a", "b")]])
def test_lists_of_text(values: list[tuple[str, ...] | None]) -> None:
    column = list_column("text", values, pl.List(pl.String()))
    assert column.dtype == pl.List(pl.String)
    assert column.to_list() == [None if value is None else list(value) for value in values]
