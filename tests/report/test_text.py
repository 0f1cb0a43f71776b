import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.text import counted, printable, probability, shortened


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
