import numpy as np
import polars as pl

from module1.training_rows import KEY, connection_weights, thinned
from tests.module1.synthetic import labelled_connections


def test_thinning_keeps_at_most_so_many_connections_spread_over_the_capture() -> None:
    rows = labelled_connections(families=2, per_capture=100)
    kept = thinned(rows, most=10)
    assert kept.group_by(KEY).len()["len"].to_list() == [10] * 4
    times = kept.filter(capture="infection-0")["ts"].to_list()
    assert times == [1000.0 + 10 * number for number in range(10)]


def test_thinning_leaves_few_connections_alone() -> None:
    rows = labelled_connections(per_capture=6)
    assert thinned(rows, most=6).equals(rows)
    assert thinned(rows, most=50).equals(rows)


def test_servers_weigh_the_same_however_many_connections_they_have() -> None:
    rows = labelled_connections(families=3, per_capture=8)
    fewer = rows.filter((pl.col("capture") != "infection-1") | (pl.col("ts") < 1002))
    weights = pl.Series("weight", connection_weights(fewer))
    per_server = fewer.with_columns(weights).group_by("server").agg(pl.col("weight").sum())
    assert np.allclose(per_server["weight"], per_server["weight"][0])
    assert np.isclose(weights.to_numpy().mean(), 1)


def test_classes_weigh_as_much_as_their_servers() -> None:
    rows = labelled_connections(families=4).filter(
        (pl.col("label") == 0) | (pl.col("family") == "family-0")
    )
    weights = connection_weights(rows)
    labels = rows["label"].to_numpy()
    assert np.isclose(weights[labels == 0].sum() / weights[labels == 1].sum(), 4)
