import numpy as np
import pytest

from training.resampling import Draws, drawn_share, interval

CAPTURES = np.array(["a", "b", "a", "c"])


def test_rows_of_a_capture_are_drawn_together() -> None:
    for weights in Draws.of(CAPTURES, 50).weights():
        assert weights[0] == weights[2]
        assert weights[0] + weights[1] + weights[3] == 3


def test_draws_repeat_and_vary() -> None:
    first, again = (Draws.of(CAPTURES, 20).times for _ in range(2))
    assert first.tolist() == again.tolist()
    assert len(np.unique(first, axis=0)) > 1


def test_shares_are_those_of_weighted_rows() -> None:
    draws = Draws.of(CAPTURES, 30)
    counted, among = np.array([True, False, True, True]), np.array([True, True, False, True])
    expected = [
        weights[counted & among].sum() / weights[among].sum()
        for weights in draws.weights()
        if weights[among].sum()
    ]
    assert draws.shares(counted, among).tolist() == pytest.approx(expected)


def test_no_rows_have_no_shares() -> None:
    draws = Draws.of(np.array([], dtype=np.str_), 5)
    nothing = np.array([], dtype=bool)
    assert draws.shares(nothing, nothing).tolist() == []


def test_share_of_rows_of_several_captures_has_an_interval() -> None:
    draws = Draws.of(CAPTURES, 200)
    counted = np.array([True, False, True, True])
    found = drawn_share(counted, np.ones(4, dtype=bool), draws)
    assert (found["count"], found["of"], found["share"]) == (3, 4, 0.75)
    low, high = found["interval"]
    assert low < 0.75 < high
    none = drawn_share(~counted, np.array([True, False, True, True]), draws)
    assert none["interval"][0] == 0
    assert none["interval"][1] > 0.5
    assert drawn_share(counted, np.array([True, False, True, False]), draws)["interval"] is None
    assert drawn_share(counted, np.ones(4, dtype=bool), None)["interval"] is None
    assert drawn_share(counted, np.zeros(4, dtype=bool), draws)["share"] is None


def test_interval_is_of_the_middle_values() -> None:
    assert interval(np.arange(1001) / 1000) == (pytest.approx(0.025), pytest.approx(0.975))
    assert interval([]) is None
