from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from module3.flow_state import States, new_states
from module3.open_flows import OpenFlows


def begun(*times: int) -> States:
    states = new_states(len(times))
    states["first_time"] = times
    states["key"][:, 4] = times
    return states


def times(states: States) -> list[int]:
    found: list[int] = states["first_time"].tolist()
    return found


def test_flows_are_numbered_through_and_taken_out_in_the_order_asked_for() -> None:
    flows = OpenFlows()
    flows.add(begun(*range(10_000)))
    flows.add(begun(10_000, 10_001))
    assert [column[-1] for column in flows.keys_of_all()] == [0, 0, 0, 0, 10_001]
    assert times(flows.take_out(np.array([10_001, 3, 9_999]))) == [10_001, 3, 9_999]
    assert len(flows) == 9_999
    assert 3 not in times(flows.remove_all())


def test_the_oldest_go_with_those_that_began_at_the_same_time() -> None:
    flows = OpenFlows()
    flows.add(begun(5, 1, 3, 3, 2))
    assert times(flows.remove_oldest(0)) == []
    assert sorted(times(flows.remove_oldest(3))) == [1, 2, 3, 3]
    assert times(flows.remove_all()) == [5]
    assert times(flows.remove_all()) == []


@given(st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=5), st.integers(0, 9))
def test_whatever_is_removed_nothing_gets_lost(parts: list[list[int]], limit: int) -> None:
    flows = OpenFlows()
    for part in parts:
        flows.add(begun(*part))
    removed = flows.remove(lambda states: states["first_time"] < limit)
    rest = flows.remove_all()
    assert sorted(times(removed) + times(rest)) == sorted(chain.from_iterable(parts))
    assert all(time < limit for time in times(removed))
    assert all(time >= limit for time in times(rest))
