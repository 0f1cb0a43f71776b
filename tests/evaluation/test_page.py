import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evaluation.document import document, measured
from evaluation.page import page
from evaluation.page_tables import source_table
from evaluation.scored import Scored, figures_by_level

from .scored_tables import THRESHOLDS, scored, small_document

GOLDEN = Path(__file__).parent / "golden"
VOID = {"meta", "br"}


class Balance(HTMLParser):
    """Collects the elements that are open, what was closed wrongly, and all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parsed(text: str) -> Balance:
    parser = Balance()
    parser.feed(text)
    return parser


def captures_document(rows: Scored) -> dict[str, Any]:
    figures = figures_by_level(rows, THRESHOLDS, resamples=3)
    return document("captures", {}, [measured("labelled captures", figures)])


def test_page_is_as_agreed() -> None:
    expected = (GOLDEN / "evaluation.html").read_text(encoding="utf-8")
    assert page(small_document()) == expected


def test_every_element_is_closed() -> None:
    found = parsed(page(small_document()))
    assert (found.open, found.wrong) == ([], [])


def test_page_needs_no_other_file() -> None:
    text = page(small_document())
    names = {name for name, _ in parsed(text).attributes}
    assert not names & {"src", "href", "xlink:href", "data", "action"}
    assert "http" not in text
    assert "@import" not in text


def test_names_from_the_data_are_text() -> None:
    text = page(small_document())
    assert "Alpha <&>" not in text
    assert "Alpha &lt;&amp;&gt;" in text


def test_every_plot_is_named_and_has_a_table_beside_it() -> None:
    text = page(small_document())
    assert text.count('role="img"') == text.count("<svg") == 6
    assert len(re.findall(r'<svg [^>]*aria-label="[^"]+"', text)) == 6
    for caption in ("Reliability", "Servers found at the threshold", "Detectors and baselines"):
        assert f"<caption>{caption}" in text


def test_stored_figures_have_neither_comparison_nor_baselines() -> None:
    text = page(captures_document(scored()))
    assert "random split" not in text
    assert "baselines" not in text


def test_captures_without_malicious_servers_can_be_shown() -> None:
    rows = scored()
    benign = Scored(*(table.filter(label=0) for table in rows.levels().values()))
    found = parsed(page(captures_document(benign)))
    assert (found.open, found.wrong) == ([], [])


def test_captures_without_connections_can_be_shown() -> None:
    rows = scored()
    text = page(captures_document(Scored(rows.servers, rows.connections.clear())))
    assert "No connections were scored." in text


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [(2.0, "as expected"), (9.5, "fewer than expected"), (0.1, "more than expected")],
)
def test_sources_whose_scores_promise_too_much_or_too_little_are_named(
    expected: float, verdict: str
) -> None:
    count = {"rows": 10, "malicious": 2, "expected": expected, "brier": 0.1}
    source = {"lab": {**count, "interval": [0.05, 0.51]}}
    text = source_table({"by_source": source}, "FINAL")
    assert f"<td>{verdict}</td>" in text
    assert '<td>2<br><span class="interval">0.5 to 5.1</span></td>' in text


def test_small_sources_stand_together() -> None:
    one = {"rows": 1, "malicious": 1, "expected": 0.5, "brier": 0.25, "interval": [0.2, 1.0]}
    many = {"rows": 5, "malicious": 0, "expected": 0.5, "brier": 0.01, "interval": [0.0, 0.43]}
    text = source_table({"by_source": {"a": one, "b": many, "c": one}}, "FINAL")
    assert re.findall('<th scope="row">([^<]+)</th><td>([0-9]+)</td>', text) == [
        ("b", "5"),
        ("2 smaller ones", "2"),
    ]
