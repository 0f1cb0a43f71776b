import argparse
from collections.abc import Callable
from datetime import date

import pytest

from commands.options.option import Option, day, positive, probability, size, switch


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (switch, "TRUE", True),
        (switch, "0", False),
        (size, "500", 500),
        (size, "2k", 2048),
        (size, "1T", 1 << 40),
        (positive, "7", 7),
        (probability, "0.5", 0.5),
        (day, "2026-01-31", date(2026, 1, 31)),
    ],
)
def test_text_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (switch, "maybe"),
        (size, ""),
        (size, "0"),
        (size, "5X"),
        (positive, "0"),
        (positive, "-1"),
        (positive, "1.5"),
        (probability, "1.1"),
        (probability, "nan"),
        (probability, "much"),
        (day, "31.1.2026"),
    ],
)
def test_text_that_cannot_be_meant_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        read(text)


def test_choices_bind() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="none of a, b"):
        Option("letter", "a letter", choices=("a", "b")).value_of("c")


def test_variable_is_the_name_in_capitals() -> None:
    assert Option("min-probability", "").variable == "DETECTOR_MIN_PROBABILITY"
