"""Streams of more than 2 GB, whose sequence numbers look like ones before the start at first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.capture.builtin.flows.packet_blocks import Dialogue, connections

GIBIBYTE = 1 << 30
STEP = GIBIBYTE // 64
SIZES = pytest.mark.parametrize("size", [1, 3, 1000])


def sent_until(end: int, start: int, size: int) -> dict[str, Any]:
    """Return the row of a server that sends so much, of which the capture holds a byte a step."""
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
