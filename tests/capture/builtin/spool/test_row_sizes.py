"""How many bytes each row of a table takes."""

import polars as pl

from capture.builtin.spool.row_sizes import row_sizes


def test_texts_and_lists_count_with_their_length():
    table = pl.DataFrame(
        {
            "text": ["", "a" * 1000, None],
            "list": pl.Series([["b" * 500, "c" * 500], [], None], dtype=pl.List(pl.String)),
            "number": [1, None, 3],
        }
    )
    sizes = row_sizes(table).tolist()
    assert len(sizes) == 3
    assert sizes[2] < 100
    assert sizes[0] - sizes[2] >= 1000
    assert sizes[1] - sizes[2] == 1000


def test_table_without_rows():
    assert row_sizes(pl.DataFrame(schema={"text": pl.String, "number": pl.Int64})).tolist() == []
