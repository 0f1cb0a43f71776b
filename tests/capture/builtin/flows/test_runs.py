"""Array operations over runs of equal values."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.runs import (
    differences,
    first_of_run,
    last_marked,
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
    run = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
    expected = [max(run[: end + 1]) for run in runs for end in range(len(run))]
    assert running_maximum(values, run).tolist() == expected


def test_the_last_mark_is_found_from_every_entry() -> None:
    marks = np.array([False, True, False, False, True])
    assert last_marked(marks).tolist() == [-1, 1, 1, 1, 4]


def test_ranges_are_written_one_after_another() -> None:
    assert ranges(np.array([3, 9, 1]), np.array([5, 9, 3])).tolist() == [3, 4, 1, 2]


def test_sums_over_stretches() -> None:
    totals = np.cumsum([1, 2, 3, 4])
    assert differences(totals, np.array([0, 1, 4]), np.array([4, 3, 4])).tolist() == [10, 5, 0]
