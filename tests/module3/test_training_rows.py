from collections import Counter

import polars as pl

from module3.training_rows import DATA, QUARTERS, TABLE, distinct, quarters, read_training_rows
from tests.module3.labelled_flows import EACH, labelled_flows


def test_equal_rows_of_a_source_count_once() -> None:
    rows = labelled_flows()
    assert len(distinct(pl.concat([rows, rows]))) == len(rows)


def test_a_quarter_has_as_much_of_each_class_of_each_source() -> None:
    rows = labelled_flows()
    numbered = rows.with_columns(quarter=quarters(rows))
    counts = Counter(numbered.select("Source", "Label", "quarter").iter_rows())
    assert set(counts.values()) == {EACH // QUARTERS}
    assert len(counts) == QUARTERS * rows.select("Source", "Label").n_unique()


def test_the_quarters_are_always_the_same() -> None:
    rows = labelled_flows()
    assert (quarters(rows) == quarters(rows.clone())).all()


def test_no_row_of_the_shipped_table_is_in_two_quarters() -> None:
    rows = read_training_rows(DATA / TABLE)
    numbered = rows.with_columns(quarter=quarters(rows))
    by_row = numbered.group_by(rows.columns).agg(pl.col("quarter").n_unique())
    assert by_row["quarter"].to_list() == [1] * len(rows)
