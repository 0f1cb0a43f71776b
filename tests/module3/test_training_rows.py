from collections import Counter

import polars as pl

from module3.training_rows import DATA, TABLE, distinct, held_back, read_training_rows
from tests.module3.labelled_flows import EACH, labelled_flows


def test_equal_rows_of_a_source_count_once() -> None:
    rows = labelled_flows()
    assert len(distinct(pl.concat([rows, rows]))) == len(rows)


def test_a_quarter_of_each_class_of_each_source_is_held_back() -> None:
    rows = labelled_flows()
    held = rows.filter(held_back(rows))
    counts = Counter(held.select("Source", "Label").iter_rows())
    assert set(counts.values()) == {EACH // 4}
    assert len(counts) == rows.select("Source", "Label").n_unique()


def test_the_choice_of_rows_is_always_the_same() -> None:
    rows = labelled_flows()
    assert (held_back(rows) == held_back(rows.clone())).all()


def test_no_row_of_the_shipped_table_is_on_both_sides() -> None:
    rows = read_training_rows(DATA / TABLE)
    held = held_back(rows)
    keys = [name for name in rows.columns if name != "Label"]
    assert (
        rows.filter(held).join(rows.filter(~held), on=[*keys, "Label"], nulls_equal=True).is_empty()
    )
