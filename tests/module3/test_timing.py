from __future__ import annotations

import pytest

from .small_flows import answer, row, tcp


def test_gaps_of_the_flow_and_of_each_direction() -> None:
    found = row([tcp(0, "A"), answer(1, "A"), tcp(3, "A"), answer(4, "A"), tcp(4.5, "A")])
    names = ("Mean", "Max", "Min", "Std")
    assert [found[f"Flow IAT {name}"] for name in names] == pytest.approx(
        [1.125, 2, 0.5, 0.6291529]
    )
    assert [found[f"Fwd IAT {name}"] for name in (*names, "Tot")] == pytest.approx(
        [2.25, 3, 1.5, 1.0606602, 4.5]
    )
    assert [found[f"Bwd IAT {name}"] for name in (*names, "Tot")] == [3, 3, 3, 0, 3]


def test_active_is_what_came_before_an_idle_period_of_over_five_seconds() -> None:
    found = row([tcp(at, "A") for at in (0, 2, 8, 9, 9.5, 20, 25)])
    assert [found[f"Idle {name}"] for name in ("Mean", "Max", "Min")] == [8.25, 10.5, 6]
    assert [found[f"Active {name}"] for name in ("Mean", "Max", "Min")] == [1.75, 2, 1.5]


def test_five_seconds_are_not_idle() -> None:
    assert row([tcp(0, "A"), tcp(5, "A")])["Idle Max"] == 0


def test_a_single_packet_is_not_an_active_period() -> None:
    found = row([tcp(0, "A"), tcp(6, "A")])
    assert (found["Idle Max"], found["Active Max"]) == (6, 0)


def test_the_tool_of_2018_does_not_look_at_the_gap_before_a_fin() -> None:
    packets = [tcp(0, "A"), tcp(1, "A"), tcp(7, "FA")]
    assert row(packets)["Idle Max"] == 6
    assert row(packets, cic=True)["Idle Max"] == 0


def test_a_pause_of_over_a_second_begins_a_subflow() -> None:
    found = row([tcp(at, "A", 10) for at in (0, 1, 2.1, 3)])
    assert (found["Subflow Fwd Pkts"], found["Subflow Fwd Byts"]) == (2, 20)
