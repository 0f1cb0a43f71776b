import polars as pl
import pytest

from evaluation.scored import COLUMNS, ORIGIN, Scored, figures_by_level, figures_of, put_together
from training.metrics import summary

from .scored_tables import THRESHOLDS, scored


def test_servers_have_the_mean_of_their_connections_and_connections_their_servers_score() -> None:
    servers = scored().servers.head(2)
    connections = pl.concat([servers.head(1), servers]).with_columns(
        module1=pl.Series([0.2, 0.6, None])
    )
    found = put_together(servers, connections)
    assert found.servers["module1"].to_list() == [pytest.approx(0.4), None]
    assert found.connections["module1"].to_list() == [0.2, 0.6, None]
    assert found.connections["gbdt"].to_list() == [0.95, 0.95, 0.6]
    assert found.servers.columns == found.connections.columns == [*ORIGIN, *COLUMNS]


def test_not_a_number_is_no_score() -> None:
    servers = scored().servers.with_columns(gbdt=pl.lit(float("nan")))
    assert put_together(servers, servers).servers["gbdt"].null_count() == servers.height


def test_a_connection_whose_server_is_in_no_row_has_only_module_1() -> None:
    rows = scored()
    found = put_together(rows.servers.head(1), rows.connections)
    assert found.connections["final"].null_count() == rows.connections.height - 1


def test_figures_are_of_the_rows_that_a_detector_assessed() -> None:
    rows = scored().servers
    figures = figures_of(rows, rows["module1"], 0.5, resamples=3)
    assert (figures["not_assessed"], figures["negatives"]) == (1, 7)
    known = rows.drop_nulls("module1")
    expected = summary(
        known["module1"].to_numpy(),
        known["label"].to_numpy(),
        0.5,
        known["capture"].to_numpy(),
    )
    assert figures["average_precision"]["value"] == expected["average_precision"]
    assert figures["brier"]["value"] == expected["brier"]
    for share in ("count", "of", "share"):
        assert figures["at_threshold"]["precision"][share] == expected["precision"][share]


def test_a_detector_that_said_nothing_has_no_figures() -> None:
    rows = scored()
    silent = Scored(rows.servers.with_columns(gbdt=pl.lit(None, pl.Float64)), rows.connections)
    levels = figures_by_level(silent, THRESHOLDS, resamples=3)
    assert set(levels["servers"]) == {"module1", "random_forest", "final"}
    assert set(levels["connections"]) == set(COLUMNS)
