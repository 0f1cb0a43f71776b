import re

import pytest

from report.html.ranges import Bounds, Drawing, Ranges, bounds

from ..documents import document


def mark(value: float | None, normal: tuple[float, float] | None) -> int:
    """Return where the mark of a value lies, of 120."""
    (place,) = re.findall(r'<path d="M(\d+) 0v', Drawing(Bounds(normal, None)).of(value))
    return int(place)


def bars(known: Bounds) -> list[tuple[str, ...]]:
    form = r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="7" class="(\w+)"/>'
    return re.findall(form, Drawing(known).of(None))


def test_document_holds_both_ranges() -> None:
    found = bounds(Ranges.of(document()), "avg_time_diff")
    assert found == Bounds((0.5, 30.0), (20.0, 300.0))
    assert bounds(Ranges.of(document()), "avg_TTL") == Bounds(None, None)


def test_ranges_lie_above_each_other_on_one_scale() -> None:
    assert bars(Bounds((0.0, 40.0), (40.0, 80.0))) == [
        ("8", "3", "52", "normal"),
        ("60", "12", "52", "malicious"),
    ]


def test_range_of_a_single_value_can_be_seen() -> None:
    assert bars(Bounds((1.0, 1.0), None)) == [("60", "3", "2", "normal")]


@pytest.mark.parametrize(
    ("value", "normal", "place"),
    [
        (0.0, (0.0, 10.0), 8),
        (5.0, (0.0, 10.0), 60),
        (10.0, (0.0, 10.0), 112),
        (99.0, (0.0, 10.0), 119),
        (-99.0, (0.0, 10.0), 1),
        (4.0, (4.0, 4.0), 60),
        (5.0, (4.0, 4.0), 119),
        (3.0, (4.0, 4.0), 1),
        (999.0, (0.0, 999_999.0), 60),
    ],
)
def test_mark_lies_within_or_at_an_edge(
    value: float, normal: tuple[float, float], place: int
) -> None:
    assert mark(value, normal) == place


def test_value_that_is_missing_has_no_mark() -> None:
    assert "<path" not in Drawing(Bounds((0.0, 1.0), None)).of(None)


def test_feature_without_ranges_has_no_drawing() -> None:
    assert Drawing(Bounds(None, None)).of(1.0) == ""
