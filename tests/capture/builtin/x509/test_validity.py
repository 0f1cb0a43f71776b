"""Times of certificates."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.x509.validity import GENERALIZED_TIME, UTC_TIME, epoch_seconds


def seconds(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("tag", "octets", "expected"),
    [
        (UTC_TIME, b"240102030405Z", seconds(2024, 1, 2, 3, 4, 5)),
        (UTC_TIME, b"491231235959Z", seconds(2049, 12, 31, 23, 59, 59)),
        (UTC_TIME, b"500101000000Z", seconds(1950, 1, 1)),
        (UTC_TIME, b"2401020304Z", seconds(2024, 1, 2, 3, 4)),
        (UTC_TIME, b"240102030405+0130", seconds(2024, 1, 2, 1, 34, 5)),
        (GENERALIZED_TIME, b"20720901031721Z", seconds(2072, 9, 1, 3, 17, 21)),
        (GENERALIZED_TIME, b"99991231235959Z", seconds(9999, 12, 31, 23, 59, 59)),
        (GENERALIZED_TIME, b"20240102030405.75Z", seconds(2024, 1, 2, 3, 4, 5)),
        (GENERALIZED_TIME, b"20240102030405-0200", seconds(2024, 1, 2, 5, 4, 5)),
        (GENERALIZED_TIME, b"20240102030405", seconds(2024, 1, 2, 3, 4, 5)),
        (UTC_TIME, b"240230000000Z", seconds(2024, 3, 1)),
    ],
)
def test_times(tag, octets, expected):
    assert epoch_seconds(tag, octets) == expected


@pytest.mark.parametrize(
    ("tag", "octets"),
    [
        (UTC_TIME, b""),
        (UTC_TIME, b"not a time"),
        (UTC_TIME, b"241302030405Z"),
        (GENERALIZED_TIME, b"00000102030405Z"),
        (GENERALIZED_TIME, b"2401020304"),
        (12, b"20240102030405Z"),
    ],
)
def test_what_is_no_time_is_none(tag, octets):
    assert epoch_seconds(tag, octets) is None


@given(st.sampled_from((UTC_TIME, GENERALIZED_TIME, 4)), st.binary(max_size=20))
@settings(deadline=None, max_examples=200)
def test_never_raises(tag, octets):
    assert epoch_seconds(tag, octets) is None or octets[:8].isdigit()
