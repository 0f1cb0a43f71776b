import numpy as np
import pytest

from models.lightgbm_text import parse_lightgbm
from models.trees import Trees
from models.trees_for_many_rows import LARGEST, Column, alike
from tests.models.small_trees import boosted_trees, table
from tests.models.test_trees import ROWS, VALUES, tree

THRESHOLDS = np.array([-1.0, 0.5, LARGEST])
VALUES_OF_COLUMN = np.array([[-np.inf], [-1.0], [0.0], [0.5], [1.0], [np.inf], [np.nan]])


def deep_tree(leaves: int) -> Trees:
    """Return a tree that tells ``leaves`` numbers apart, one after the other."""
    inner = np.arange(leaves - 1)
    own = np.arange(2 * leaves - 1)
    children = np.stack([own, own], axis=1)
    children[inner, 0] = leaves - 1 + inner
    children[inner, 1] = np.append(inner[1:], 2 * leaves - 2)
    threshold = np.where(own < leaves - 1, own, 0).astype(np.float64)
    return Trees(
        roots=np.zeros(1, np.intp),
        children=children,
        feature=np.zeros(len(own), np.intp),
        threshold=threshold,
        missing_left=np.zeros(len(own), np.bool_),
        value=np.maximum(own - leaves + 1, 0).astype(np.float64),
        cover=np.ones(len(own)),
    )


@pytest.mark.parametrize("leaves", [2, 200, 255, 256, 257, 300])
def test_every_leaf_is_found_however_many_there_are(leaves: int) -> None:
    numbers = np.random.default_rng(1).permutation(40_000) / (40_000 / leaves)
    expected = np.minimum(np.ceil(numbers), leaves - 1)
    assert np.array_equal(deep_tree(leaves).leaf_values(numbers[:, None])[0], expected)


def test_a_missing_value_is_below_all_thresholds_or_above() -> None:
    left, right = (Column(0, side, THRESHOLDS).codes(VALUES_OF_COLUMN) for side in (True, False))
    assert left.tolist() == [0, 0, 1, 1, 2, 2, 0]
    assert right.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert left.dtype == np.uint8


def test_rows_with_the_same_codes_are_alike() -> None:
    codes = [np.array([1, 0, 1, 1], np.uint8), np.array([300, 300, 300, 2], np.uint16)]
    first, number = alike(codes)
    assert sorted(first.tolist()) == [0, 1, 3]
    assert first[number].tolist() == [0, 1, 0, 3]


def test_different_rows_with_the_same_key_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.trees_for_many_rows._FACTOR", np.uint64(0))
    first, number = alike([np.array([1, 2], np.uint8), np.array([7, 7], np.uint8)])
    assert first[number].tolist() == [0, 1]
    assert tree().leaf_values(np.tile(ROWS, (5000, 1))).tolist() == [VALUES * 5000]


def test_many_different_rows_get_what_each_gets_alone() -> None:
    trees = parse_lightgbm(boosted_trees().model_to_string())
    rows = table(20_000, seed=2)
    together = trees.leaf_values(rows)
    for number in range(0, len(rows), 199):
        alone = trees.leaf_values(rows[number : number + 1])[:, 0]
        assert alone.tolist() == together[:, number].tolist()


def test_what_trees_say_together_may_have_several_numbers_a_row() -> None:
    both, rows = Trees.joined([tree(), deep_tree(3)]), np.tile(ROWS, (5000, 1))
    found = both.of_each_row(rows, lambda values: np.stack(list(values), axis=1))
    assert found.shape == (len(rows), 2)
    assert np.array_equal(found[:6], found[-6:])
    assert found[:6, 0].tolist() == VALUES
