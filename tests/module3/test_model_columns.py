import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Bwd / Fwd Pkts", 6 / 4),
        ("Bwd / Fwd Byts", 900 / 300),
        ("Fwd Header / Pkts", 80 / 4),
        ("Bwd Header / Pkts", 120 / 6),
        ("Fwd Pkt Len Max / Tot", 150 / 300),
        ("Bwd Pkt Len Max / Tot", 450 / 900),
        ("Flow IAT Max / Duration", 5 / 10),
        ("Fwd IAT Tot / Duration", 8 / 10),
        ("Bwd IAT Tot / Duration", 9 / 10),
        ("Flow IAT Mean", 10 / 9),
        ("Fwd IAT Mean", 8 / 3),
        ("Bwd IAT Mean", 9 / 5),
    ],
)
def test_ratios(name: str, expected: float) -> None:
    known = {
        "Flow Duration": 10.0,
        **{"Tot Fwd Pkts": 4.0, "Tot Bwd Pkts": 6.0},
        **{"TotLen Fwd Pkts": 300.0, "TotLen Bwd Pkts": 900.0},
        **{"Fwd Header Len": 80.0, "Bwd Header Len": 120.0},
        **{"Fwd Pkt Len Max": 150.0, "Bwd Pkt Len Max": 450.0},
        **{"Flow IAT Max": 5.0, "Fwd IAT Tot": 8.0, "Bwd IAT Tot": 9.0},
    }
    flows = (
        labelled_flows().head(1).with_columns(**{key: pl.lit(each) for key, each in known.items()})
    )
    assert value(flows, name) == pytest.approx(expected)


def test_bytes_over_none_are_over_one_and_one_packet_has_no_gaps() -> None:
    none = {"TotLen Fwd Pkts": 0.0, "TotLen Bwd Pkts": 7.0, "Tot Fwd Pkts": 1.0, "Fwd IAT Tot": 0.0}
    flows = (
        labelled_flows().head(1).with_columns(**{key: pl.lit(each) for key, each in none.items()})
    )
    assert value(flows, "Bwd / Fwd Byts") == 7
    assert value(flows, "Fwd IAT Mean") == 0


def test_known_errors_of_the_tables_are_missing() -> None:
    flows = labelled_flows().head(1).with_columns(pl.lit(-40.0).alias("Fwd Header Len"))
    assert cleaned(flows)["Fwd Header Len"].to_list() == [None]


def test_only_tcp_has_a_window() -> None:
    flows = labelled_flows().head(1).with_columns(pl.lit(17.0).alias("Protocol"))
    assert cleaned(flows)["Init Fwd Win Byts"].to_list() == [-1]
