from html.parser import HTMLParser

from evaluation.classifier_page import classifier_page

from .small_comparison import comparison


class Tags(HTMLParser):
    """Counts elements, and checks that each is closed."""

    VOID = frozenset({"meta", "br", "rect", "circle", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_page_is_whole_and_needs_no_other_file() -> None:
    text = classifier_page(comparison())
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    # For each split five confusion matrices and two plots of up to four lines each twice.
    assert tags.seen.count("svg") == 2 * (5 + 4) + 1
    assert "<script" not in text
    assert "src=" not in text
    assert "href=" not in text


def test_figures_have_intervals_and_text_is_escaped() -> None:
    text = classifier_page(comparison())
    assert "0.625" in text
    assert "grouped &lt;&amp;&gt;." in text
    assert "alpha 0.1" in text
    assert "everything called safe" in text


def test_identical_documents_give_identical_pages() -> None:
    assert classifier_page(comparison()) == classifier_page(comparison())
