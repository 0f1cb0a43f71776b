import numpy as np
import polars as pl

from module3.classes import CLASSES
from module3.fitting import kinds_of
from module3.model_columns import matrix
from module3.ranges import Ranges
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


def test_a_class_without_training_rows_is_as_far_as_can_be() -> None:
    known = ranges(ROWS.filter(Label="Benign"))
    assert known.distances(matrix(ROWS)[:1], np.array([CLASSES.index("Bot")])).tolist() == [3.0]
