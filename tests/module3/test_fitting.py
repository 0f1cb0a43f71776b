import polars as pl
import pytest

from module3.fitting import kinds_of, row_weights
from tests.module3.labelled_flows import labelled_flows


def test_rows_of_rare_classes_and_small_sources_weigh_more() -> None:
    many = labelled_flows(("2017",))
    rows = pl.concat([many, many.filter(Label="Benign"), labelled_flows(("2018",)).head(40)])
    weighed = rows.with_columns(pl.Series("weight", row_weights(rows)))
    by_label = dict(weighed.filter(Source="2017").group_by("Label").agg(pl.first("weight")).rows())
    assert by_label["Bot"] > by_label["Benign"]
    sums = weighed.group_by("Source").agg(pl.col("weight").sum())["weight"].to_list()
    assert sums[0] == pytest.approx(sums[1])
    assert weighed["weight"].mean() == pytest.approx(1)


def test_classes_are_numbered_in_their_order() -> None:
    assert sorted(set(kinds_of(labelled_flows()).tolist())) == list(range(10))
