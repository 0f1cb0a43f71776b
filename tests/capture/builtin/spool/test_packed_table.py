"""Tables come back as they were."""

import polars as pl

from capture.builtin.spool.packed_table import packed, unpacked

TABLE = pl.DataFrame({"text": ["a", None, "ü"], "lists": [[1, 2], [], None], "time": [0.1, 2.0, 3]})


def test_a_table_comes_back_as_it_was() -> None:
    assert unpacked(packed(TABLE)).equals(TABLE)
    assert unpacked(packed(TABLE)).schema == TABLE.schema
    assert unpacked(packed(TABLE.clear())).schema == TABLE.schema


def test_columns_may_be_chosen() -> None:
    assert unpacked(packed(TABLE), ["time", "text"]).equals(TABLE.select("time", "text"))


def test_a_slice_takes_no_room_for_what_was_sliced_away() -> None:
    long = pl.DataFrame({"text": [str(number) * 50 for number in range(10_000)]})
    assert len(packed(long.head(3))) < 2000
