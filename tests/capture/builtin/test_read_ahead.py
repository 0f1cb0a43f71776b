"""Items that are made before they are asked for."""

from collections.abc import Iterator
from threading import Event, get_ident

import pytest

from capture.builtin.read_ahead import read_ahead

PATIENCE = 60.0  # seconds until what waits is taken to wait for ever


def test_items_come_in_order() -> None:
    assert list(read_ahead(iter(range(100)))) == list(range(100))
    assert list(read_ahead([])) == []


def test_the_next_item_is_made_while_this_one_is_worked_on() -> None:
    made = Event()
    threads = []

    def items() -> Iterator[int]:
        threads.append(get_ident())
        yield 1
        made.set()
        yield 2

    following = read_ahead(items())
    assert next(following) == 1
    assert made.wait(PATIENCE)
    assert list(following) == [2]
    assert get_ident() not in threads


def test_no_more_than_one_item_is_ahead() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number

    following = read_ahead(items())
    assert next(following) == 0
    following.close()
    assert made == [0, 1]


def test_what_goes_wrong_is_raised_behind_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    following = read_ahead(items())
    assert next(following) == 1
    with pytest.raises(ValueError, match="broken"):
        next(following)
