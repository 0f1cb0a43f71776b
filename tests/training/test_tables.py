import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.card import REPOSITORY
from training.tables import TableError, read_table, replace_table, write_table

SCHEMA = {"text": pl.String(), "number": pl.Float64(), "count": pl.Int64()}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.integers(-(2**63), 2**63 - 1),
        ),
        min_size=1,
    )
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, int]]
) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    path = tmp_path_factory.getbasetemp() / "table.csv.gz"
    write_table(path, table)
    assert read_table(path, SCHEMA).rows() == table.rows()


def test_the_same_rows_give_the_same_bytes_wherever_they_are_written(tmp_path: Path) -> None:
    table = pl.DataFrame({"text": ["a", None, ""], "number": [0.1, None, 1e-300]})
    write_table(tmp_path / "one.csv.gz", table)
    write_table(tmp_path / "new" / "two.csv.gz", table)
    one, two = (tmp_path / "one.csv.gz").read_bytes(), (tmp_path / "new/two.csv.gz").read_bytes()
    assert one == two
    assert gzip.decompress(one) == b'text,number\na,0.1\n,\n"",1e-300\n'


def test_a_name_without_gz_is_plain_text(tmp_path: Path) -> None:
    write_table(tmp_path / "table.csv", pl.DataFrame({"text": ["a"]}))
    assert (tmp_path / "table.csv").read_bytes() == b"text\na\n"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write_table(tmp_path / "table.csv", pl.DataFrame({"text": ["a"]}))
    with pytest.raises(TableError, match=r"table\.csv: no column number, count"):
        read_table(tmp_path / "table.csv", SCHEMA)


@pytest.mark.parametrize("cut", [0, 5, 20])
def test_a_damaged_file_is_a_table_error(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "table.csv.gz"
    write_table(path, pl.DataFrame({"text": ["abcdefgh" * 10]}))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(TableError, match="not a readable table"):
        read_table(path, SCHEMA)


def test_changed_bytes_are_a_table_error(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    write_table(path, pl.DataFrame({"text": ["abcdefgh" * 10]}))
    content = bytearray(path.read_bytes())
    for position in range(10, len(content) - 8):
        changed = content.copy()
        changed[position] ^= 0x55
        path.write_bytes(changed)
        with pytest.raises(TableError):
            read_table(path, {"text": pl.String()})


def test_a_file_that_is_not_there_is_a_table_error(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="not a readable table"):
        read_table(tmp_path / "none.csv", SCHEMA)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"text,number,count\na,1,2,3\n",
            "a row has more fields than the heading); separate fields by commas, and put those "
            "that hold one in quotes",
        ),
        (b"text,number,count\n\xff\xfe,1,2\n", "not UTF-8); write it as UTF-8"),
        (b"", "the file is empty); write the table again"),
        (None, "no such file or directory); check the path and its permissions"),
    ],
)
def test_an_unreadable_table_is_told_without_words_of_the_library(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError) as told:
        read_table(path, SCHEMA)
    assert str(told.value).startswith(f"{path}: not a readable table ({message}")
    assert str(told.value).count(str(path)) == 1


def test_text_in_a_column_of_numbers_is_a_table_error(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("text,number,count\na,b,c\n")
    with pytest.raises(TableError, match="not a readable table"):
        read_table(tmp_path / "table.csv", SCHEMA)


def test_a_shipped_table_that_is_made_again_as_it_was_needs_no_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, table = tmp_path / "table.csv.gz", pl.DataFrame({"a": [1]})
    replace_table(path, table, is_shipped=True)
    replace_table(path, table, is_shipped=True)
    assert capsys.readouterr().err == ""
    replace_table(path, pl.DataFrame({"a": [2]}), is_shipped=True)
    assert capsys.readouterr().err == (
        f"warning: replaced {path}, which training reads; git -C {REPOSITORY} checkout -- {path} "
        "brings the shipped one back, --data DIR writes elsewhere\n"
    )


def test_an_empty_table_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    replace_table(path, pl.DataFrame({"a": [1]}))
    with pytest.raises(TableError, match=r"table\.csv: not written"):
        replace_table(path, pl.DataFrame({"a": []}))
    assert path.read_text() == "a\n1\n"
