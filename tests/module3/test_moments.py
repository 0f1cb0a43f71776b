import statistics
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from module3 import moments


def gathered(values: list[int], cuts: list[int]) -> moments.Moments:
    """Return the moments of the values, added in parts."""
    found = np.zeros(1, dtype=moments.MOMENTS)
    moments.clear(found)
    bounds = [0, *sorted(cuts), len(values)]
    for begin, end in pairwise(bounds):
        part = np.array(values[begin:end], dtype=np.int64)
        moments.add(found, np.zeros(len(part), dtype=np.int64), part)
    return found


@given(
    st.lists(st.integers(0, 60_000_000), min_size=1, max_size=30),
    st.lists(st.integers(0, 30), max_size=3),
)
def test_moments_are_those_of_the_values_however_they_come(
    values: list[int], cuts: list[int]
) -> None:
    found = gathered(values, [min(cut, len(values)) for cut in cuts])
    assert found["total"][0] == sum(values)
    assert moments.lowest(found)[0] == min(values)
    assert found["highest"][0] == max(values)
    assert moments.mean(found)[0] == pytest.approx(statistics.fmean(values))
    expected = statistics.variance(values) if len(values) > 1 else 0
    assert moments.variance(found)[0] == pytest.approx(expected)


def test_of_nothing_all_is_zero() -> None:
    found = gathered([], [])
    values = [moments.lowest(found), moments.mean(found), moments.deviation(found)]
    assert [value[0] for value in values] == [0, 0, 0]


def test_small_spread_of_large_values_is_exact() -> None:
    assert moments.variance(gathered([60_000_000, 60_000_001], []))[0] == 0.5


def test_two_sets_join() -> None:
    joined = moments.both(gathered([3, 5], []), gathered([1], []))
    assert (joined["count"][0], joined["total"][0], joined["lowest"][0]) == (3, 9, 1)
