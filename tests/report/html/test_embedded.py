import pytest

from report.html.embedded import document_text, embedded, is_page
from report.html.page import page
from report.selection import View, select
from verdict.document_json import to_json
from verdict.errors import DocumentError

from ..documents import document


def test_document_can_be_taken_from_a_page() -> None:
    text = page(select(document(), View()))
    assert is_page(text)
    assert document_text(text) == to_json(document())
    assert not is_page(to_json(document()))


def test_markup_in_a_document_ends_no_element() -> None:
    assert embedded(document()).count("<") == 2


@pytest.mark.parametrize(
    "text",
    ["<!DOCTYPE html>", embedded(document()).replace("script>", "p>"), "id=document"],
)
def test_page_of_something_else(text: str) -> None:
    with pytest.raises(DocumentError, match="a page without a result document"):
        document_text(text)


def test_damaged_page() -> None:
    text = embedded(document())
    with pytest.raises(DocumentError):
        document_text(text.replace(text[60:400], ""))
