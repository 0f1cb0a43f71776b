from __future__ import annotations

import pytest

from .small_flows import answer, row, rows, tcp


def test_four_data_packets_in_a_row_are_a_bulk() -> None:
    found = row([tcp(at / 10, "A", 100) for at in range(4)])
    assert (found["Fwd Byts/b Avg"], found["Fwd Pkts/b Avg"]) == (400, 4)
    assert found["Fwd Blk Rate Avg"] == pytest.approx(400 / 0.3)
    assert found["Bwd Pkts/b Avg"] == found["Bwd Blk Rate Avg"] == 0


def test_three_are_none() -> None:
    assert row([tcp(at / 10, "A", 100) for at in range(3)])["Fwd Pkts/b Avg"] == 0


def test_data_of_the_other_side_end_a_bulk_but_an_acknowledgement_does_not() -> None:
    data = [tcp(at / 10, "A", 100) for at in range(8)]
    assert row([*data[:4], answer(0.31, "A"), *data[4:]])["Fwd Pkts/b Avg"] == 8
    assert row([*data[:4], answer(0.31, "A", 1), *data[4:]])["Fwd Pkts/b Avg"] == 4


def test_a_pause_over_a_second_ends_a_bulk() -> None:
    times = [0, 0.1, 0.2, 0.3, 1.31, 1.4, 1.5, 1.6]
    assert row([tcp(at, "A", 100) for at in times])["Fwd Pkts/b Avg"] == 4


def test_a_pause_of_a_second_does_not_end_a_bulk() -> None:
    found = row([tcp(at, "A", 100) for at in (0, 1, 2, 3)])
    assert (found["Fwd Pkts/b Avg"], found["Fwd Blk Rate Avg"]) == (4, pytest.approx(400 / 3))


@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_bulks_go_on_and_end_where_packets_come_in_blocks(size: int) -> None:
    first = [tcp(at / 10, "A", 100) for at in range(5)]
    after_a_pause = [tcp(3 + at / 10, "A", 10) for at in range(4)]
    of_the_server = [answer(3.4 + at / 10, "A", 1) for at in range(4)]
    (found,) = rows([*first, *after_a_pause, *of_the_server], size)
    assert (found["Fwd Pkts/b Avg"], found["Fwd Byts/b Avg"]) == (4.5, 270)
    assert (found["Bwd Pkts/b Avg"], found["Bwd Byts/b Avg"]) == (4, 4)
    assert found["Fwd Blk Rate Avg"] == pytest.approx(540 / 0.7)


def test_the_rate_of_a_bulk_that_took_no_time_is_missing() -> None:
    assert row([tcp(0, "A", 100) for _ in range(4)])["Fwd Blk Rate Avg"] is None
