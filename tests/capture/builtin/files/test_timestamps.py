from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.files.timestamps import nanoseconds

LAST_SECOND = 2**62 // 10**9 - 86_400


def one(ticks: int, resolution: int, offset: int = 0) -> tuple[int, int]:
    stamps, clipped = nanoseconds(
        np.array([ticks], np.uint64), np.array([resolution]), np.array([offset])
    )
    return int(stamps[0]), clipped


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**64 - 1), st.integers(0, 255))
def test_a_stamp_is_ticks_over_resolution_rounded_down(ticks: int, resolution: int) -> None:
    base = 2 if resolution & 0x80 else 10
    seconds = Fraction(ticks, base ** (resolution & 0x7F))
    stamp, clipped = one(ticks, resolution)
    if seconds < LAST_SECOND:
        # Resolutions finer than 2 ** -30 s are rounded to that first: less than a nanosecond.
        assert 0 <= seconds * 10**9 - stamp < 2
        assert clipped == 0
    else:
        assert stamp >= (LAST_SECOND - 1) * 10**9


@pytest.mark.parametrize("offset", [-(2**63), -2_208_988_800, 0, 3600, 2**63 - 1])
def test_the_offset_is_added_and_absurd_times_are_clipped_and_counted(offset: int) -> None:
    stamp, clipped = one(1_000_000, 6, offset)
    if abs(offset) < LAST_SECOND:
        assert (stamp, clipped) == ((1 + offset) * 10**9, 0)
    else:
        assert stamp < 0 if offset < 0 else stamp > 0
        assert abs(stamp) <= 2**63 - 1


def test_far_future_is_clipped_and_counted() -> None:
    stamp, clipped = one(2**64 - 1, 0)
    assert stamp == LAST_SECOND * 10**9
    assert clipped == 1


def test_each_stamp_has_its_own_resolution() -> None:
    stamps, _ = nanoseconds(
        np.array([3, 3, 3, 4], np.uint64), np.array([0, 3, 9, 0x82]), np.array([0, 0, 0, 0])
    )
    assert stamps.tolist() == [3 * 10**9, 3 * 10**6, 3, 10**9]


def test_differences_of_any_two_stamps_fit_into_64_bits() -> None:
    first, last = one(0, 6, -(2**63))[0], one(2**64 - 1, 0, 2**63 - 1)[0]
    assert last - first + 3600 * 10**9 < 2**63
