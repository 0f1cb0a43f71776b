import pytest

from verdict.units import days, number, share, yes_or_no


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (0.123456, "0.1235"), (1234.5, "1,234"), (-12.0, "-12")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_shares_days_and_truth() -> None:
    assert (share(0.5), days(825.0), yes_or_no(0.0), yes_or_no(1.0)) == (
        "50.00%",
        "825 days",
        "no",
        "yes",
    )
