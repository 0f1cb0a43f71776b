import numpy as np
import pytest

from module2.encoding import Encoders
from module2.forest import fit_forest, forest_contributions, forest_probabilities
from tests.module2.small_table import training_table


def test_contributions_sum_to_the_probability_less_the_mean_at_the_roots() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    weights = np.where(labels == 1, 2.0, 1.0)
    forest = fit_forest(matrix, labels, weights, n_estimators=20)
    roots = [tree.tree_.value[0, 0] for tree in forest.estimators_]
    base = np.mean([root[1] / root.sum() for root in roots])
    for number in (0, 5, rows.height - 1):
        shares = forest_contributions(forest, matrix[number])
        probability = forest_probabilities(forest, matrix[[number]])[0]
        assert shares.sum() == pytest.approx(probability - base)


def test_the_same_rows_give_the_same_forest() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    one, two = (
        forest_probabilities(
            fit_forest(matrix, labels, np.ones(rows.height), n_estimators=10), matrix
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, two)
