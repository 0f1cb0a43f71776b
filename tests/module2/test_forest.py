import numpy as np

from module2.encoding import Encoders
from module2.forest import fit_forest, fitted_forest_probabilities
from tests.module2.small_table import training_table


def test_the_same_rows_give_the_same_forest() -> None:
    rows = training_table()
    matrix, labels = Encoders.fit(rows).transform(rows), rows["label"].to_numpy()
    one, two = (
        fitted_forest_probabilities(
            fit_forest(matrix, labels, np.ones(rows.height), n_estimators=10), matrix
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, two)
