from dataclasses import replace

import numpy as np
import pytest

from models.trees import Trees, in_order


def tree(**changed: object) -> Trees:
    """Return a tree: feature 0 at most 1, missing to the right; below it feature 1 at most -1."""
    small = Trees(
        roots=np.array([0]),
        children=np.array([[1, 2], [3, 4], [2, 2], [3, 3], [4, 4]]),
        feature=np.array([0, 1, 0, 0, 0]),
        threshold=np.array([1.0, -1.0, 0, 0, 0]),
        missing_left=np.array([False, True, False, False, False]),
        value=np.array([0.0, 0.0, 10.0, 20.0, 30.0]),
        cover=np.array([10.0, 6.0, 4.0, 2.0, 4.0]),
    )
    return replace(small, **changed)  # type: ignore[arg-type]  # a test may break what it likes


ROWS = np.array([[2.0, 0], [1.0, -1.0], [1.0, 0], [np.nan, 0], [0, np.nan], [-np.inf, np.inf]])
VALUES = [10.0, 20.0, 30.0, 10.0, 20.0, 30.0]


def test_a_row_goes_left_up_to_the_threshold_and_where_missing_values_go() -> None:
    assert tree().leaf_values(ROWS).tolist() == [VALUES]


def test_many_rows_get_the_same_values_as_few() -> None:
    many = np.tile(ROWS, (5000, 1))
    assert tree().leaf_values(many).tolist() == [VALUES * 5000]


def test_no_rows_have_no_values() -> None:
    assert tree().leaf_values(ROWS[:0]).shape == (1, 0)


def test_an_infinite_threshold_sends_all_but_missing_values_left() -> None:
    infinite = tree(threshold=np.array([np.inf, np.inf, 0, 0, 0]))
    rows = np.array([[np.inf, 5.0], [np.nan, 5.0], [1e308, np.inf]])
    assert infinite.leaf_values(rows).tolist() == [[20.0, 10.0, 20.0]]
    assert infinite.leaf_values(np.tile(rows, (3000, 1)))[0, :3].tolist() == [20.0, 10.0, 20.0]
    assert infinite.paths(rows[1]).tolist() == [[0, 2, 2]]


def test_a_path_ends_at_its_leaf() -> None:
    assert tree().paths(ROWS[0]).tolist() == [[0, 2, 2]]
    assert tree().paths(ROWS[1]).tolist() == [[0, 1, 3]]


def test_joined_trees_give_what_each_gives() -> None:
    stump = Trees(
        *(np.zeros(1, np.intp), np.zeros((1, 2), np.intp), np.zeros(1, np.intp)),
        *(np.zeros(1), np.zeros(1, bool), np.array([5.0]), np.ones(1)),
    )
    both = Trees.joined([tree(), stump, tree()])
    assert both.leaf_values(ROWS).tolist() == [VALUES, [5.0] * 6, VALUES]
    assert (both.depth, stump.depth) == (2, 0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"value": np.zeros(4)}, "different lengths"),
        ({"roots": np.array([], dtype=np.intp)}, "without nodes"),
        ({"children": np.array([[1, 5], [3, 4], [2, 2], [3, 3], [4, 4]])}, "does not exist"),
        ({"children": np.array([[1, 2], [0, 4], [2, 2], [3, 3], [4, 4]])}, "before its parent"),
        ({"children": np.array([[1, 2], [2, 4], [2, 2], [3, 3], [4, 4]])}, "two parents"),
        ({"feature": np.array([-1, 0, 0, 0, 0])}, "before its parent"),
    ],
)
def test_trees_in_which_a_path_may_not_end_are_refused(
    changed: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        tree(**changed)


def test_sums_are_made_one_after_the_other() -> None:
    values = np.array([[1e16], [1.0], [-1e16], [1.0]])
    assert in_order(values).tolist() == [1.0]
    assert values[0, 0] == 1e16
