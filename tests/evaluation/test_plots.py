import re
from xml.etree import ElementTree

import pytest

from evaluation.plots import Axis, Bar, Line, bar_plot, line_plot

SHARES = Axis("share", ((0.0, "0"), (0.5, "half"), (1.0, "1")))
RATES = Axis("rate", ((0.001, "0.1 %"), (0.1, "10 %"), (1.0, "100 %")), logarithmic=True)
LINES = [Line(name, [(0.0, 0.0), (0.4, 0.8), (1.0, 1.0)]) for name in ("one", "two", "a < b", "d")]


def test_axis_places_values_between_its_ends() -> None:
    assert [SHARES.share(value) for value in (0.0, 0.25, 1.0)] == [0.0, 0.25, 1.0]
    assert RATES.share(0.01) == pytest.approx(1 / 3)


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-9])
def test_logarithmic_axis_holds_what_is_below_it(value: float) -> None:
    assert RATES.share(value) == 0.0


def test_lines_are_told_apart_without_colour() -> None:
    text = line_plot("Four", LINES, SHARES, SHARES)
    groups = re.findall(r'<g class="line line(\d)"><path class="stroke" d="[^"]*"/>(.*?)</g>', text)
    marks = {re.sub(r"M?[\d.]+ [\d.]+(?=m)|c[xy]=\"[\d.]+\"", "", mark) for _, mark in groups}
    shapes = {re.split(r"(?<=/>)", mark)[0] for mark in marks}
    assert {number for number, _ in groups} == {"0", "1", "2", "3"}
    assert len(shapes) == 4


@pytest.mark.parametrize(
    "text",
    [
        line_plot('A "title" & more', LINES, RATES, SHARES, diagonal=True),
        line_plot("Nothing", [Line("none", [])], SHARES, SHARES),
        bar_plot("Bars <1>", [Bar("a & b", 0.5, "1 of 2"), Bar("over", 1.5, "")]),
    ],
)
def test_plots_are_well_formed_and_named(text: str) -> None:
    root = ElementTree.fromstring(text)  # noqa: S314 - our own text
    title = root.find("title")
    assert title is not None
    assert title.text == root.attrib["aria-label"]


def test_points_go_where_their_values_are() -> None:
    text = line_plot("One", [Line("one", [(0.0, 1.0), (1.0, 0.0)])], SHARES, SHARES)
    assert 'class="stroke" d="M56.0 12.0L456.0 312.0"' in text


def test_bars_are_as_long_as_their_share() -> None:
    text = bar_plot("Bars", [Bar("half", 0.5, ""), Bar("none", 0.0, ""), Bar("over", 7.0, "")])
    widths = [float(width) for width in re.findall(r'class="bar" .*? width="([\d.]+)"', text)]
    assert widths[0] == pytest.approx(widths[2] / 2)
    assert widths[1] == 0.0
