import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.text import (
    counted,
    display_width,
    moment,
    padded,
    printable,
    probability,
    shortened,
    span,
    wrapped,
)


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_any_text_becomes_printable(text: str) -> None:
    assert all(character.isprintable() for character in printable(text))


@pytest.mark.parametrize("text", ["CN=Bücher, O=例え", "a b", ""])
def test_printable_text_stays(text: str) -> None:
    assert printable(text) == text


def test_text_is_cut_to_a_width() -> None:
    assert [shortened("abcdef", width) for width in (6, 4, 1, 0)] == ["abcdef", "abc…", "…", "…"]


def test_words_for_numbers() -> None:
    assert (counted(1, "packet"), counted(1200, "packet")) == ("1 packet", "1,200 packets")
    assert (probability(None), probability(0.12345)) == ("-", "0.123")


def test_wide_characters_take_two_columns() -> None:
    assert display_width("a例え") == 5
    assert padded("例", 4) == "例  "
    assert padded("例", 4, ">") == "  例"
    assert shortened("例え例え", 6) == "例え…"


@given(st.text(alphabet="ab 例え、。(x)", max_size=80), st.integers(8, 30))
@settings(max_examples=200, deadline=None)
def test_lines_are_not_wider_than_asked_and_lose_nothing(text: str, width: int) -> None:
    lines = wrapped(text, width)
    # A closing mark may stand beyond the end rather than begin a line.
    inside = [line[:-1] if line.endswith(("、", "。")) else line for line in lines]
    assert all(display_width(line) <= width for line in inside)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_and_further_lines_are_indented() -> None:
    assert wrapped("one two three", 9) == ["one two", "  three"]
    assert wrapped("abcdefghijkl", 5) == ["abcde", "  fgh", "  ijk", "  l"]


@pytest.mark.parametrize("text", ["、" * 100_000, "e\u0301" * 100_000, "a" + " " * 200_000 + "b "])
def test_long_text_of_one_kind_is_wrapped(text: str) -> None:
    lines = wrapped(text, 30)
    assert max(map(display_width, lines)) <= 32
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_moments() -> None:
    assert moment(0.9) == "1970-01-01 00:00:00"
    assert moment(-40_000_000_000).startswith("0702-")
    assert moment(1e300).endswith(" s")
    assert span(0, 1) == "1970-01-01 00:00:00 - 00:00:01"
    assert span(0, 86400) == "1970-01-01 00:00:00 - 1970-01-02 00:00:00"
    assert span(5, 5.2) == "1970-01-01 00:00:05"
