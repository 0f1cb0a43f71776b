"""Array operations over runs of equal values."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.runs import (
    NEVER,
    differences,
    first_of_run,
    first_reaching,
    maxima,
    onsets,
    ordinals,
    ranges,
    run_bounds,
    run_starts,
    running_maximum,
)


def test_runs_begin_where_the_value_changes() -> None:
    values = np.array([4, 4, 2, 2, 2, 4])
    assert run_starts(values).tolist() == [0, 2, 5]
    assert [bounds.tolist() for bounds in run_bounds(values)] == [[0, 2, 5], [2, 5, 6]]
    assert first_of_run(values).tolist() == [True, False, True, False, False, True]
    assert ordinals(values).tolist() == [0, 1, 0, 1, 2, 0]


def test_nothing_has_no_runs() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert run_starts(nothing).tolist() == []
    assert [bounds.tolist() for bounds in run_bounds(nothing)] == [[], []]
    assert first_of_run(nothing).tolist() == []
    assert ordinals(nothing).tolist() == []
    assert ranges(nothing, nothing).tolist() == []


@given(st.lists(st.lists(st.integers(0, 2**40), min_size=1), min_size=1))
def test_the_running_maximum_begins_anew_in_each_run(runs: list[list[int]]) -> None:
    values = np.array([value for run in runs for value in run], dtype=np.int64)
    starts = np.cumsum([0, *(len(run) for run in runs[:-1])])
    expected = [max(run[: end + 1]) for run in runs for end in range(len(run))]
    assert running_maximum(values, starts).tolist() == expected


def test_something_holds_from_its_first_entry_on_or_from_before() -> None:
    entries, rows = np.array([2, 3, 7, 9]), np.array([0, 0, 2, 3])
    held_before = np.array([False, False, False, True])
    assert onsets(entries, rows, held_before).tolist() == [2, NEVER, 7, -1]


@given(st.lists(st.integers(0, 9), min_size=1), st.integers(0, 10), st.data())
def test_the_first_value_that_reaches_another_is_found(
    numbers: list[int], wanted: int, data: st.DataObject
) -> None:
    values = sorted(numbers)
    start = data.draw(st.integers(0, len(values)))
    end = data.draw(st.integers(start, len(values)))
    expected = next((at for at in range(start, end) if values[at] >= wanted), end)
    bounds = np.array([start]), np.array([end])
    assert first_reaching(np.array(values), *bounds, np.array([wanted])).tolist() == [expected]


def test_maxima_of_stretches_are_0_where_there_is_nothing() -> None:
    values = np.array([3, 1, 2])
    assert maxima(values, np.array([0, 1, 3, 1]), np.array([3, 3, 3, 1])).tolist() == [3, 2, 0, 0]
    assert maxima(values[:0], np.array([0]), np.array([0])).tolist() == [0]


def test_ranges_are_written_one_after_another() -> None:
    assert ranges(np.array([3, 9, 1]), np.array([5, 9, 3])).tolist() == [3, 4, 1, 2]


def test_sums_over_stretches() -> None:
    totals = np.cumsum([1, 2, 3, 4])
    assert differences(totals, np.array([0, 1, 4]), np.array([4, 3, 4])).tolist() == [10, 5, 0]
