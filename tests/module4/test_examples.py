from pathlib import Path

import polars as pl
import pytest

from module4.examples import (
    BAD_SET,
    DATASET,
    GOOD_SET,
    ORIGIN,
    ExampleError,
    read_examples,
    token_columns,
    write_examples,
)
from module4.features import MEASURES
from module4.templates import read_templates
from training.tables import TableError


def part(capture: str, lengths: list[float], **tokens: int) -> pl.DataFrame:
    rows = pl.DataFrame({"mean_length": lengths})
    return rows.with_columns(
        *(pl.lit(0.0).alias(name) for name in MEASURES[1:]),
        *(pl.lit(count).alias(name) for name, count in tokens.items()),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in ("family", "role")),
        capture=pl.lit(capture),
        server=pl.lit("192.0.2.1"),
        first_ts=pl.lit(5.0),
        packets=pl.lit(9),
    )


def test_rows_with_the_same_features_are_written_once(tmp_path: Path) -> None:
    parts = [part("one", [1.0, 1.0, 2.0], TCP=3), part("two", [1.0], TCP=3)]
    assert write_examples(tmp_path / GOOD_SET, parts) == 2
    table = pl.read_csv(tmp_path / GOOD_SET)
    assert table["capture"].to_list() == ["one", "one"]
    assert table.columns == [*ORIGIN, *MEASURES, "TCP"]


def test_tokens_that_one_set_lacks_count_nothing_there(tmp_path: Path) -> None:
    write_examples(tmp_path / GOOD_SET, [part("one", [1.0], TCP=3, UDP=0)])
    write_examples(tmp_path / BAD_SET, [part("two", [1.0], TLS=2)])
    rows = read_examples(tmp_path)
    assert token_columns(rows) == ["TCP", "TLS"]
    assert rows.select("label", "TCP", "TLS").rows() == [(0, 3, 0), (1, 0, 2)]


def test_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match="no conversation"):
        write_examples(tmp_path / GOOD_SET, [part("one", [])])


def test_missing_and_damaged_sets(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=GOOD_SET):
        read_examples(tmp_path)
    (tmp_path / GOOD_SET).write_text("capture,TCP\na,1\n", encoding="utf-8")
    with pytest.raises(TableError, match="no column family"):
        read_examples(tmp_path)


def test_shipped_sets_have_tokens_of_the_templates_and_no_time_of_day() -> None:
    rows = read_examples(DATASET)
    assert set(token_columns(rows)) <= set(read_templates().tokens)
    assert rows["label"].unique().sort().to_list() == [0, 1]
    assert "first_ts" not in rows.columns
    features = [*MEASURES, *token_columns(rows)]
    for label in (0, 1):
        own = rows.filter(pl.col("label") == label).select(features)
        assert len(own) == len(own.unique())
