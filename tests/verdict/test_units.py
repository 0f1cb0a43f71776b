import pytest

from verdict.units import days, number, share, time_span, yes_or_no


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (0.123456, "0.1235"), (1234.5, "1,234"), (-12.0, "-12")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_nothing_is_less_than_zero_by_rounding() -> None:
    assert (number(-0.0), share(-0.0), share(-0.00001)) == ("0", "0.00%", "0.00%")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "less than a second"),
        (1.0, "1 second"),
        (7.03, "7.03 seconds"),
        (90.0, "1.5 minutes"),
        (3600.0, "1 hour"),
        (86399.0, "24 hours"),
        (86400.0, "1 day"),
        (31536000.0, "365 days"),
    ],
)
def test_time_is_told_in_the_largest_unit(seconds: float, text: str) -> None:
    assert time_span(seconds) == text


def test_shares_days_and_truth() -> None:
    assert (share(0.5), days(825.0), yes_or_no(0.0), yes_or_no(1.0)) == (
        "50.00%",
        "825 days",
        "no",
        "yes",
    )
