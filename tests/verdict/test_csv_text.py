import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdict.csv_text import csv_rows, csv_text, guarded, unguarded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("-1", "'-1"),
        ("\t@x", "'\t@x"),
        ("'=x", "''=x"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_formula_is_guarded_and_the_guard_undone(text: str, shown: str) -> None:
    assert guarded(text) == shown
    assert unguarded(shown) == text


@given(st.text(st.sampled_from("'=+a")))
def test_any_text_is_what_it_was_without_its_guard(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_cell_that_would_end_its_row_is_quoted() -> None:
    assert csv_text([["a\r=cmd()", "b"]]) == '"a\r=cmd()",b\n'


@given(st.lists(st.lists(st.text(), min_size=2), min_size=1))
def test_rows_are_read_as_they_were_written(rows: list[list[str]]) -> None:
    heading = ["name", "value"]
    read = list(csv_rows(csv_text([heading, *rows])))
    assert read == [heading, *rows]


def test_comments_and_empty_lines_are_left_out_unless_they_are_in_a_cell() -> None:
    text = '# says "this\n\nname,value\n  \na,"\n# x\n\n"\r\n#,"\nb,c\n'
    assert list(csv_rows(text)) == [["name", "value"], ["a", "\n# x\n\n"], ["b", "c"]]


def test_cell_without_end_is_refused_or_read() -> None:
    assert list(csv_rows('a,"b\nc')) == [["a", "b\nc"]]
    with pytest.raises(csv.Error, match="limit"):
        list(csv_rows('"' + "x" * 200_000))
