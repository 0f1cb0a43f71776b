import numpy as np
import pytest

from models.forest import forest_probabilities, forest_shares, trees_of
from tests.models.small_trees import ODD, forest

# scikit-learn takes no infinite values.
FINITE = ODD[~np.isinf(ODD).any(axis=1)]


@pytest.mark.parametrize("times", [1, 10])
def test_probabilities_are_scikit_learn_s_to_the_last_bit(times: int) -> None:
    grown, rows = forest(), np.tile(FINITE, (times, 1))
    expected = grown.predict_proba(rows.astype(np.float32))[:, 1]
    np.testing.assert_array_equal(forest_probabilities(trees_of(grown), rows), expected)


def test_shares_sum_to_the_probability_less_the_mean_at_the_roots() -> None:
    trees = trees_of(forest())
    base = trees.value[trees.roots].mean()
    probabilities = forest_probabilities(trees, FINITE)
    for row, probability in zip(FINITE, probabilities, strict=True):
        shares = forest_shares(trees, row)
        assert shares.shape == (4,)
        assert shares.sum() == pytest.approx(probability - base)
