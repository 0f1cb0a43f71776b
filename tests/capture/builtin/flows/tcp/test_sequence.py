"""Where sequence numbers lie: in long streams, and after a SYN that repeats an earlier one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.capture.builtin.flows.packet_blocks import Dialogue, connections

GIBIBYTE = 1 << 30
STEP = GIBIBYTE // 64
SIZES = pytest.mark.parametrize("size", [1, 3, 1000])


def sent_until(end: int, start: int, size: int) -> dict[str, Any]:
    """Return the row of a server that sends so much, of which the capture holds a byte a step.

    Sequence numbers more than 2 GB above the start look like ones before it at first.
    """
    dialogue = Dialogue(server_start=start)
    dialogue.handshake()
    dialogue.server(0.1, "PA", 1, 1, payload=b"x")
    dialogue.client(0.2, "A", 1, 2)
    last = 0
    for number, position in enumerate(range(STEP, end + 1, STEP)):
        dialogue.server(1 + number / 100, "PA", position, 1, payload=b"x")
        dialogue.client(1.005 + number / 100, "A", 1, position + 1)
        last = position + 1
    dialogue.server(60, "FA", last, 1)
    dialogue.client(61, "FA", 1, last + 1)
    dialogue.server(62, "A", last + 1, 2)
    (row,) = connections(dialogue.packets, size)
    return row


@SIZES
def test_what_lies_beyond_two_gibibytes_is_not_seen_before_the_first_wrap(size: int) -> None:
    row = sent_until(end=3 * GIBIBYTE, start=GIBIBYTE // 2, size=size)
    assert row["resp_bytes"] == 3 * GIBIBYTE
    assert row["missed_bytes"] == 127 * STEP - 128
    assert row["duration"] == pytest.approx(62)


@SIZES
def test_what_was_not_seen_is_missing_after_the_first_wrap(size: int) -> None:
    row = sent_until(end=5 * GIBIBYTE, start=GIBIBYTE // 2, size=size)
    assert row["resp_bytes"] == 5 * GIBIBYTE
    assert row["missed_bytes"] == 5 * GIBIBYTE - 225
    assert row["duration"] == pytest.approx(61)


@SIZES
def test_a_stream_that_wraps_before_two_gibibytes_is_seen_whole(size: int) -> None:
    row = sent_until(end=3 * GIBIBYTE, start=3 * GIBIBYTE, size=size)
    assert row["missed_bytes"] == 3 * GIBIBYTE - 193
    assert row["duration"] == pytest.approx(61)


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
