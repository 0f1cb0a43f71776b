"""When TCP connections are closed, and what comes after that."""

from __future__ import annotations

import pytest

from tests.capture.builtin.flows.packet_blocks import Dialogue, connection, connections


def established() -> Dialogue:
    dialogue = Dialogue()
    dialogue.handshake()
    return dialogue


@pytest.mark.parametrize("size", [1, 100])
def test_the_close_of_the_second_side_begins_the_wait_for_stragglers_anew(size: int) -> None:
    dialogue = established()
    dialogue.client(1, "RA", 1, 1)
    dialogue.server(4, "FA", 1, 1)
    dialogue.server(8.5, "A", 2, 1)
    dialogue.server(9.5, "A", 2, 1)
    rows = connections(dialogue.packets, size)
    assert [row["history"] for row in rows] == ["ShARfa", "^a"]
    assert rows[0]["duration"] == pytest.approx(4)


def test_payload_that_comes_with_the_awaited_acknowledgement_is_not_awaited_itself() -> None:
    dialogue = established()
    dialogue.server(1, "FPA", 11, 1, payload=b"x" * 20)
    dialogue.client(2, "FPA", 1, 32, payload=b"x" * 20)
    dialogue.server(3, "A", 32, 22)
    assert connection(dialogue.packets)["duration"] == pytest.approx(2)


def test_a_side_that_is_acknowledged_beyond_its_end_waits_for_nothing() -> None:
    dialogue = established()
    dialogue.server(1, "FPA", 1, 11, payload=b"x" * 20)
    dialogue.client(2, "F", 1)
    dialogue.server(3, "R", 22)
    assert connection(dialogue.packets)["duration"] == pytest.approx(2)


@pytest.mark.parametrize("size", [1, 100])
def test_a_fin_after_a_reset_tells_the_size_if_nothing_else_did(size: int) -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.client(1, "R", 1)
    dialogue.client(2, "FA", 501, 1)
    dialogue.client(3, "FA", 901, 1)
    (row,) = connections(dialogue.packets, size)
    assert (row["orig_bytes"], row["conn_state"]) == (500, "RSTOS0")


@pytest.mark.parametrize("size", [1, 100])
def test_more_than_two_gibibytes_may_lie_between_the_syn_and_the_fin(size: int) -> None:
    dialogue = established()
    dialogue.client(1, "FA", 3 << 30, 1)
    dialogue.server(2, "A", 1, (3 << 30) + 1)
    dialogue.client(3, "FPA", 3 << 30, 1, payload=b"x")
    (row,) = connections(dialogue.packets, size)
    assert row["orig_bytes"] == 3 << 30
    assert "T" not in row["history"]


@pytest.mark.parametrize("size", [1, 100])
def test_a_fin_below_the_start_tells_nothing_after_payload_there(size: int) -> None:
    dialogue = established()
    dialogue.client(1, "PA", -500, 1, payload=b"x" * 100)
    dialogue.client(2, "FA", -400, 1)
    (row,) = connections(dialogue.packets, size)
    assert row["orig_bytes"] == 0
