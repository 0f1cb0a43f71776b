from hypothesis import given
from hypothesis import strategies as st

from report.html.elements import badge, code, definitions, element, table, text


@given(st.text())
def test_no_text_becomes_markup(value: str) -> None:
    assert not set(text(value)) & set("<>\"'\x00\x1b\n")


def test_attributes_are_written_and_escaped() -> None:
    assert (
        element("p", "x", class_="a", data_verdict='"')
        == '<p class="a" data-verdict="&quot;">x</p>'
    )


def test_first_cell_of_a_row_is_its_heading() -> None:
    found = table("Caption <1>", ["a", "b"], [["x", "y"]], "wide")
    assert '<tr><th scope="row">x</th><td>y</td></tr>' in found
    assert '<caption class="unseen">Caption &lt;1&gt;</caption>' in found
    assert "<caption>C" in table("C", ["a"], [], shows_caption=True)


def test_terms_without_anything_are_left_out() -> None:
    assert definitions([("a", ""), ("b", "x")]) == "<dl><div><dt>b</dt><dd>x</dd></div></dl>"


def test_badge_and_code() -> None:
    assert badge("NOT ASSESSED", "n/a") == '<span class="verdict not-assessed">n/a</span>'
    assert code("a&b") == "<code>a&amp;b</code>"
