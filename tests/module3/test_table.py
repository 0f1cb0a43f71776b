from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from module3.columns import COLUMNS, ENDPOINTS, NAMES
from module3.flow_state import TRIES, new_states
from module3.flows import FlowBuilder
from module3.table import flow_table, in_parts
from tests.capture.builtin.flows.packet_blocks import Packet, blocks, udp

from .small_flows import CLIENT, SERVER, answer, row, tcp

TALK = [
    tcp(0, "S", window=64240),
    answer(0.5, "SA", window=65160),
    tcp(1, "PA", 100),
    answer(1.5, "A", 1000),
    answer(2, "PA", 500, window=7),
]


def test_columns_stand_in_the_order_of_the_public_data(shared_data: object) -> None:
    table = pl.read_csv(f"{shared_data}/flows/cse-cic-ids2018_sample.csv.gz", n_rows=1)
    assert table.columns[:80] == list(NAMES)


def test_a_table_of_no_flows_has_the_columns() -> None:
    for cic in (False, True):
        assert flow_table(new_states(0), cic=cic).columns == [*ENDPOINTS, *NAMES]
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_sizes_and_rates() -> None:
    expected = {
        "Timestamp": datetime(2023, 11, 14, 22, 13, 20),  # UTC
        "Flow Duration": 2,
        "TotLen Fwd Pkts": 100,
        "TotLen Bwd Pkts": 1500,
        "Fwd Pkt Len Max": 100,
        "Fwd Pkt Len Min": 0,
        "Fwd Pkt Len Mean": 50,
        "Fwd Pkt Len Std": pytest.approx(70.710678),
        "Bwd Pkt Len Mean": 500,
        "Bwd Pkt Len Std": 500,
        "Flow Byts/s": 800,
        "Flow Pkts/s": 2.5,
        "Fwd Pkts/s": 1,
        "Bwd Pkts/s": 1.5,
        "Pkt Len Min": 0,
        "Pkt Len Max": 1000,
        "Pkt Len Mean": 320,
        "Pkt Len Var": pytest.approx(187000),
        "Pkt Size Avg": 320,
        "Fwd Seg Size Avg": 50,
        "Bwd Seg Size Avg": 500,
        "Down/Up Ratio": 1.5,
        "Fwd Header Len": 40,
        "Bwd Header Len": 60,
        "Fwd Seg Size Min": 20,
        "Fwd Act Data Pkts": 1,
        "Init Fwd Win Byts": 64240,
        "Init Bwd Win Byts": 65160,
        "Label": None,
    }
    found = row(TALK)
    assert {name: found[name] for name in expected} == expected


def test_flags_are_counted_on_every_packet() -> None:
    found = row([*TALK, tcp(2.1, "FA"), answer(2.2, "R"), tcp(2.3, "U")])
    counts = {"FIN": 1, "SYN": 2, "RST": 1, "PSH": 2, "ACK": 5, "URG": 1, "ECE": 0}
    assert {name: found[f"{name} Flag Cnt"] for name in counts} == counts
    assert (found["Fwd PSH Flags"], found["Bwd PSH Flags"], found["Fwd URG Flags"]) == (1, 1, 1)
    assert (found["Bwd URG Flags"], found["CWE Flag Count"]) == (0, 0)


def test_one_packet_has_no_rates_no_gaps_and_no_window_but_its_own() -> None:
    found = row([tcp(0, "S")])
    assert found["Flow Duration"] == 0
    assert found["Flow Byts/s"] is found["Flow Pkts/s"] is found["Bwd Pkts/s"] is None
    assert found["Flow IAT Max"] == found["Bwd Pkt Len Min"] == 0
    assert (found["Init Fwd Win Byts"], found["Init Bwd Win Byts"]) == (1000, -1)


def test_udp_has_headers_of_eight_bytes_and_no_window() -> None:
    found = row([udp(0, CLIENT, SERVER), udp(1, SERVER, CLIENT)])
    assert (found["Fwd Header Len"], found["Fwd Seg Size Min"]) == (8, 8)
    assert (found["Init Fwd Win Byts"], found["Init Bwd Win Byts"]) == (-1, -1)


def test_values_are_finite_or_missing() -> None:
    table = pl.DataFrame([row(TALK), row([tcp(0, "S")])], infer_schema_length=None)
    numbers = table.select(pl.selectors.float()).fill_null(0).to_numpy()
    assert np.isfinite(numbers).all()


def tries(packets: Sequence[Packet], size: int = 1 << 16) -> list[tuple[bool, ...]]:
    """Return whether each flow is a try, and whether it was accepted."""
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, size)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    return table.select(TRIES).rows()


@pytest.mark.parametrize(
    ("packets", "expected"),
    [
        ([tcp(0, "S")], (True, False)),
        ([tcp(0, "S"), tcp(1, "S"), tcp(3, "S")], (True, False)),
        ([tcp(0, "S"), answer(0.1, "RA")], (True, False)),
        ([tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "R")], (True, True)),
        ([tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "A"), tcp(0.3, "FA")], (True, True)),
        ([tcp(0, "F"), answer(0.1, "RA")], (True, False)),
        ([tcp(0, ""), answer(0.1, "RA")], (True, False)),
        ([tcp(0, "FPU")], (True, False)),
        ([tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "A"), tcp(0.3, "PA", 10)], (False, True)),
        ([tcp(0, "S"), answer(0.1, "SA"), answer(0.2, "PA", 10)], (False, True)),
        ([tcp(0, "A"), answer(0.1, "R")], (False, False)),
        ([answer(0, "RA")], (False, False)),
        ([answer(0, "SA"), tcp(0.1, "R")], (False, False)),
        ([udp(0, CLIENT, SERVER, b"")], (False, False)),
    ],
    ids=[
        *("silent", "repeated", "refused", "half open", "closed at once", "FIN", "no flags"),
        *("Christmas tree", "a request", "a banner", "in the middle", "only the refusal"),
        *("only the acceptance", "UDP"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 16])
def test_tries(packets: Sequence[Packet], expected: tuple[bool, bool], size: int) -> None:
    assert tries(packets, size) == [expected]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12), st.integers(1, 13))
def test_parts_of_any_size_are_the_table(begun: list[tuple[int, int]], size: int) -> None:
    states = new_states(len(begun))
    states["key"][:, 1] = [key for key, _ in begun]
    states["first_time"] = [time for _, time in begun]
    states["lengths"]["count"][:, 0] = 1
    parts = [flow_table(part) for part in in_parts(states, at_once=size)]
    assert pl.concat([flow_table(new_states(0)), *parts]).equals(flow_table(states))
