import warnings

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from models.forest import forest_probabilities, forest_shares, grown, trees_of
from tests.models.small_trees import ODD, forest

# scikit-learn takes no infinite values.
FINITE = ODD[~np.isinf(ODD).any(axis=1)]


@pytest.mark.parametrize("times", [1, 10])
def test_probabilities_are_scikit_learn_s_to_the_last_bit(times: int) -> None:
    trees, rows = forest(), np.tile(FINITE, (times, 1))
    expected = trees.predict_proba(rows.astype(np.float32))[:, 1]
    np.testing.assert_array_equal(forest_probabilities(trees_of(trees), rows), expected)


def test_shares_sum_to_the_probability_less_the_mean_at_the_roots() -> None:
    trees = trees_of(forest())
    base = trees.value[trees.roots].mean()
    probabilities = forest_probabilities(trees, FINITE)
    for row, probability in zip(FINITE, probabilities, strict=True):
        shares = forest_shares(trees, row)
        assert shares.shape == (4,)
        assert shares.sum() == pytest.approx(probability - base)


def test_growing_leaves_the_filters_of_warnings_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fit(self: RandomForestClassifier, *_: object, **__: object) -> RandomForestClassifier:
        warnings.resetwarnings()
        return self

    monkeypatch.setattr(RandomForestClassifier, "fit", fit)
    before = list(warnings.filters)
    one = np.ones(1)
    grown({}, one.reshape(1, 1), one, one)
    assert warnings.filters == before
