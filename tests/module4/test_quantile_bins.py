import numpy as np

from module4.quantile_bins import QuantileBins


def test_every_row_is_in_one_bin_of_each_column() -> None:
    rows = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [100.0, 1.0]])
    bins = QuantileBins(2).fit(rows)
    assert bins.transform(rows).tolist() == [[1, 0, 1, 0], [1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]]


def test_values_beyond_those_learned_are_in_the_outer_bins() -> None:
    bins = QuantileBins(4).fit(np.arange(8.0).reshape(-1, 1))
    assert bins.transform(np.array([[-5.0], [99.0]])).argmax(axis=1).tolist() == [0, 3]
