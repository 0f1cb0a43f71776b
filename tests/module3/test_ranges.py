import numpy as np
import polars as pl
import pytest

from module3.classes import CLASSES
from module3.fitting import kinds_of
from module3.model_columns import FEATURES, matrix
from module3.ranges import COMPARED, Ranges
from tests.module3.labelled_flows import labelled_flows

ROWS = labelled_flows()


def ranges(rows: pl.DataFrame = ROWS) -> Ranges:
    return Ranges.of(matrix(rows), kinds_of(rows), rows["Source"].to_list())


def test_training_rows_are_in_their_ranges() -> None:
    assert ranges().distances(matrix(ROWS), kinds_of(ROWS)).max() < 0.02


def test_a_flow_of_other_sizes_is_far_away() -> None:
    other = ROWS.with_columns(pl.col("TotLen Fwd Pkts", "TotLen Bwd Pkts", "Tot Fwd Pkts") * 1000)
    assert ranges().distances(matrix(other), kinds_of(other)).min() > 0.1


def test_a_slower_network_and_another_window_change_nothing() -> None:
    times = pl.col("Flow Duration", "^.*IAT.*$")
    slower = ROWS.with_columns(times * 50, pl.lit(64240.0).alias("Init Fwd Win Byts"))
    before = ranges().distances(matrix(ROWS), kinds_of(ROWS))
    np.testing.assert_array_equal(ranges().distances(matrix(slower), kinds_of(slower)), before)


def test_a_row_is_compared_with_its_own_class() -> None:
    swapped = np.full(len(ROWS), CLASSES.index("Bot"))
    others = kinds_of(ROWS) != CLASSES.index("Bot")
    assert ranges().distances(matrix(ROWS), swapped)[others].min() > 0.02


def test_distance_is_the_mean_over_the_columns_in_widths_of_the_nearest_range() -> None:
    count = len(COMPARED)
    width = np.ones(count)
    width[1] = 0.0  # which counts as a tenth
    kinds = np.array([2, 2, 3])
    low = np.stack([np.zeros(count), np.full(count, 50.0), np.zeros(count)])
    known = Ranges(kinds, low, low + width)

    def distance(**logarithms: float) -> float:
        row = np.full((1, len(FEATURES)), np.nan)
        for name, value in logarithms.items():
            row[0, FEATURES.index(COMPARED[int(name[1:])])] = np.sign(value) * np.expm1(abs(value))
        (found,) = known.distances(row, np.array([2]))
        return float(found * count)

    assert distance(c0=1.0, c1=0.0) == 0
    assert distance(c0=2.5) == pytest.approx(1.5)
    assert distance(c0=1.5, c2=1.25) == pytest.approx(0.75)
    assert distance(c0=-0.5) == pytest.approx(0.5)
    assert distance(c1=0.1) == pytest.approx(1.0)
    assert distance(c0=20.0) == pytest.approx(3.0)


def test_a_class_without_training_rows_is_as_far_as_can_be() -> None:
    known = ranges(ROWS.filter(Label="Benign"))
    assert known.distances(matrix(ROWS)[:1], np.array([CLASSES.index("Bot")])).tolist() == [3.0]
