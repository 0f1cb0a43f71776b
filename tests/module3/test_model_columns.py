import math
from pathlib import Path

import numpy as np
import polars as pl

from module3.columns import COLUMNS
from module3.features import flows_of_capture
from module3.model_columns import BASE, FEATURES, cleaned, matrix
from tests.module3.labelled_flows import labelled_flows


def value(flows: pl.DataFrame, name: str) -> float:
    return float(matrix(flows)[0, FEATURES.index(name)])


def test_columns_are_those_on_which_both_tables_agree() -> None:
    agreed = {column.name for column in COLUMNS if column.agrees_with >= {"2017", "2018"}}
    assert set(BASE) <= agreed - {"Dst Port"}


def test_computed_columns_equal_those_of_the_flow_table(pcaps: Path) -> None:
    flows = flows_of_capture(pcaps / "browsing.pcap").table
    rows = matrix(flows)
    for name in set(FEATURES) & set(flows.columns):
        expected = flows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        np.testing.assert_allclose(rows[:, FEATURES.index(name)], expected, rtol=1e-9, atol=1e-6)


def test_ratios_over_nothing_are_0_and_rates_over_no_time_missing() -> None:
    flows = (
        labelled_flows()
        .head(1)
        .with_columns(pl.lit(0.0).alias("Flow Duration"), pl.lit(0.0).alias("Tot Bwd Pkts"))
    )
    assert value(flows, "Bwd Pkt Len Mean") == 0
    assert math.isnan(value(flows, "Flow Byts/s"))


def test_known_errors_of_the_tables_are_missing() -> None:
    flows = labelled_flows().head(1).with_columns(pl.lit(-40.0).alias("Fwd Header Len"))
    assert cleaned(flows)["Fwd Header Len"].to_list() == [None]


def test_only_tcp_has_a_window() -> None:
    flows = labelled_flows().head(1).with_columns(pl.lit(17.0).alias("Protocol"))
    assert cleaned(flows)["Init Fwd Win Byts"].to_list() == [-1]
