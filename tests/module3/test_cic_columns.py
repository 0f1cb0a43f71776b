from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

from .small_flows import answer, row, tcp

OPENING = [tcp(0, "PA", 100), answer(0.5, "PA", 10, window=5), answer(1, "A", 0, window=6)]


def test_times_are_microseconds_and_the_timestamp_is_written_as_in_the_data() -> None:
    found = row(OPENING, cic=True)
    assert (found["Flow Duration"], found["Flow IAT Max"]) == (1_000_000, 500_000)
    assert found["Timestamp"] == "14/11/2023 22:13:20"
    assert found["Flow Pkts/s"] == 3


def test_the_first_packet_counts_twice_in_the_statistics_of_lengths() -> None:
    found = row(OPENING, cic=True)
    assert found["Pkt Len Mean"] == pytest.approx(210 / 4)
    assert found["Pkt Size Avg"] == pytest.approx(210 / 3)


def test_flags_are_those_of_the_first_packet_below_the_wrong_headers() -> None:
    found = row(OPENING, cic=True)
    named = ("Fwd PSH Flags", "Bwd PSH Flags", "SYN Flag Cnt", "PSH Flag Cnt", "ACK Flag Cnt")
    assert [found[name] for name in named] == [1, 0, 1, 0, 1]
    opened_by_syn = row([tcp(0, "S"), answer(1, "SA")], cic=True)
    assert [opened_by_syn[name] for name in named] == [0, 0, 0, 1, 0]


def test_ratios_windows_and_data_packets() -> None:
    found = row(OPENING, cic=True)
    assert (found["Down/Up Ratio"], found["Subflow Bwd Pkts"], found["Bwd Pkts/b Avg"]) == (2, 2, 0)
    assert (found["Init Bwd Win Byts"], found["Fwd Act Data Pkts"]) == (6, 0)


def test_rates_over_no_time_are_infinite_and_those_of_a_direction_zero() -> None:
    found = row([tcp(0, "A", 1), tcp(0, "A", 1)], cic=True)
    assert math.isinf(found["Flow Byts/s"])
    assert found["Fwd Pkts/s"] == 0


def test_the_public_table_has_the_errors_that_are_imitated(shared_data: Path) -> None:
    table = pl.read_csv(
        shared_data / "flows" / "cse-cic-ids2018_sample.csv.gz", infer_schema_length=None
    )
    packets = pl.col("Tot Fwd Pkts") + pl.col("Tot Bwd Pkts")
    ratio = pl.col("Tot Bwd Pkts") // pl.col("Tot Fwd Pkts")
    twice = pl.col("Pkt Len Mean") * (packets + 1) / packets
    checks = table.select(
        psh=(pl.col("SYN Flag Cnt") == pl.col("Fwd PSH Flags")).all(),
        urg=(pl.col("CWE Flag Count") == pl.col("Fwd URG Flags")).all(),
        ecn=(pl.col("RST Flag Cnt") == pl.col("ECE Flag Cnt")).all(),
        bulk=(pl.col("Bwd Byts/b Avg") == 0).all(),
        subflow=(pl.col("Subflow Bwd Byts") == pl.col("TotLen Bwd Pkts")).all(),
        twice=((twice - pl.col("Pkt Size Avg")).abs() < 1e-3).all(),
        ratio=(pl.col("Down/Up Ratio") == ratio).all(),
    )
    assert checks.row(0) == (True,) * 7
