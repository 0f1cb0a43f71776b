import pytest

from report.csv_cells import cell, table
from verdict.document import FeatureValue


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.12345678, "0.123457"),
        (3, "3"),
        (["a", "b"], "a,b"),
        ("plain", "plain"),
        ("=cmd()", "'=cmd()"),
        ("-1", "'-1"),
        ("@x", "'@x"),
    ],
)
def test_cell(value: FeatureValue, text: str) -> None:
    assert cell(value) == text


def test_table_has_a_heading_and_quotes_commas() -> None:
    assert table(["a", "b"], [["x,y", None]]) == 'a,b\n"x,y",\n'
