from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from commands.table_parts import TableParts

TABLE = pl.DataFrame(
    {
        "Timestamp": [datetime(2026, 1, 1, 0, 0, n, tzinfo=UTC) for n in range(7)],
        "name": list("abcdefg"),
        "none": pl.Series([None] * 7, dtype=pl.String),
    }
)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_parts_of_any_size_are_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, size: int
) -> None:
    monkeypatch.setattr("commands.table_parts._SMALL", 2)
    read = {".csv": pl.read_csv, ".parquet": pl.read_parquet}[suffix]
    whole, parts = tmp_path / f"whole{suffix}", tmp_path / f"parts{suffix}"
    with TableParts(whole, suffix) as table:
        table.add(TABLE)
    with TableParts(parts, suffix) as table:
        table.add(TABLE.clear())
        for part in TABLE.iter_slices(size):
            table.add(part)
    assert table.rows == 7
    assert read(parts).equals(read(whole))
    assert suffix == ".parquet" or parts.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_without_rows_has_its_columns(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none{suffix}"
    with TableParts(path, suffix) as table:
        table.add(TABLE.clear())
    found = pl.read_csv(path) if suffix == ".csv" else pl.read_parquet(path)
    assert found.columns == TABLE.columns
    assert found.is_empty()


def test_what_fails_leaves_no_file_behind(tmp_path: Path) -> None:
    def fail() -> None:
        with TableParts(tmp_path / "x.parquet", ".parquet") as table:
            table.add(TABLE)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not list(tmp_path.iterdir())
