"""SYN packets that repeat the sequence number of an earlier one."""

from __future__ import annotations

import pytest

from tests.capture.builtin.flows.packet_blocks import Dialogue, connections

SIZES = pytest.mark.parametrize("size", [1, 100])


@SIZES
def test_a_syn_ack_that_is_sent_again_makes_earlier_payload_count_for_nothing(size: int) -> None:
    dialogue = Dialogue()
    dialogue.handshake()
    dialogue.server(1, "PA", 1, 1, payload=b"x" * 10)
    dialogue.client(2, "A", 1, 11)
    dialogue.server(3, "SA", 0, 1)
    (row,) = connections(dialogue.packets, size)
    assert (row["resp_bytes"], row["missed_bytes"], row["history"]) == (0, 0, "ShAd")


@SIZES
def test_what_comes_after_a_repeated_syn_ack_counts_from_the_same_start(size: int) -> None:
    dialogue = Dialogue()
    dialogue.handshake()
    dialogue.server(1, "PA", 1, 1, payload=b"x" * 10)
    dialogue.server(2, "SA", 0, 1)
    dialogue.server(3, "PA", 11, 1, payload=b"x" * 10)
    dialogue.client(4, "A", 1, 21)
    (row,) = connections(dialogue.packets, size)
    assert (row["resp_bytes"], row["missed_bytes"], row["history"]) == (20, 0, "ShAd")


@SIZES
def test_a_repeated_syn_changes_nothing_while_it_waits_for_its_answer(size: int) -> None:
    waiting, answered = Dialogue(client_port=40001), Dialogue(client_port=40002)
    waiting.client(0, "S")
    waiting.server(1, "A", 0, 31)
    waiting.client(2, "S")
    answered.client(10, "S")
    answered.server(11, "SA", 0, 1)
    answered.client(12, "PA", 1, 1, payload=b"x" * 10)
    answered.client(13, "S")
    rows = connections(waiting.packets + answered.packets, size)
    assert [row["orig_bytes"] for row in rows] == [30, 0]


@SIZES
def test_a_syn_captured_after_payload_counts_for_nothing_but_itself(size: int) -> None:
    dialogue = Dialogue()
    dialogue.client(0, "PA", 1, 1, payload=b"x" * 10)
    dialogue.client(1, "S")
    (row,) = connections(dialogue.packets, size)
    assert (row["orig_bytes"], row["history"], row["conn_state"]) == (0, "DS", "S0")
