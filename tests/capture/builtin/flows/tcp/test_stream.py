"""Positions in a TCP stream, whatever the sequence numbers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capture.builtin.flows.packet_blocks import Dialogue, connection

STARTS = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 2**31 - 1, 2**31, 2**32 - 1]))


@settings(max_examples=25, deadline=None)
@given(STARTS, STARTS)
def test_sizes_do_not_depend_on_where_the_numbers_begin(first: int, second: int) -> None:
    dialogue = Dialogue(client_start=first, server_start=second)
    dialogue.handshake()
    dialogue.client(0.1, "PA", 1, 1, payload=b"x" * 70)
    dialogue.server(0.2, "A", 1, 71, payload=b"y" * 30)
    dialogue.client(0.3, "FA", 71, 31)
    dialogue.server(0.4, "FA", 31, 72)
    row = connection(dialogue.packets)
    assert (row["orig_bytes"], row["resp_bytes"], row["missed_bytes"]) == (70, 30, 0)
    assert (row["conn_state"], row["history"]) == ("SF", "ShADdFf")


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(8)), STARTS)
def test_payload_in_any_order_has_the_same_size_and_nothing_missing(
    order: list[int], start: int
) -> None:
    dialogue = Dialogue(client_start=start)
    dialogue.handshake()
    for number, piece in enumerate(order):
        dialogue.client(0.1 + number / 100, "A", 1 + 10 * piece, 1, payload=b"x" * 10)
    dialogue.server(0.5, "A", 1, 81)
    row = connection(dialogue.packets)
    assert (row["orig_bytes"], row["missed_bytes"]) == (80, 0)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 7)), STARTS)
def test_what_is_acknowledged_and_was_not_captured_is_missed(
    captured: set[int], start: int
) -> None:
    dialogue = Dialogue(client_start=start)
    dialogue.handshake()
    for piece in sorted(captured):
        dialogue.client(0.1 + piece / 100, "A", 1 + 10 * piece, 1, payload=b"x" * 10)
    dialogue.server(0.5, "A", 1, 81)
    row = connection(dialogue.packets)
    assert row["missed_bytes"] == 10 * (8 - len(captured))
    assert row["orig_bytes"] == 80


def test_a_reset_far_ahead_does_not_count_as_payload() -> None:
    dialogue = Dialogue()
    dialogue.handshake()
    dialogue.client(0.1, "PA", 1, 1, payload=b"x" * 10)
    dialogue.client(0.2, "R", 2**30)
    assert connection(dialogue.packets)["orig_bytes"] == 10


def test_an_acknowledgement_from_an_old_connection_is_no_payload() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.server(0.1, "A", 7, 123456)
    dialogue.client(0.2, "R", 123456)
    row = connection(dialogue.packets)
    assert (row["orig_bytes"], row["conn_state"]) == (0, "RSTOS0")


def test_another_syn_ack_sets_the_beginning_anew() -> None:
    dialogue = Dialogue(server_start=5000)
    dialogue.client(0, "S")
    dialogue.server(0.01, "SA", 0, 1)
    dialogue.server(0.02, "SA", 90_000, 1)
    dialogue.client(0.03, "A", 1, 90_001)
    dialogue.server(0.04, "PA", 90_001, 1, payload=b"x" * 5)
    dialogue.client(0.05, "A", 1, 90_006)
    assert connection(dialogue.packets)["resp_bytes"] == 5


def test_a_keep_alive_of_a_connection_joined_midway_misses_nothing() -> None:
    dialogue = Dialogue()
    dialogue.client(0, "A", 99, 500)
    dialogue.server(0.1, "A", 500, 100)
    dialogue.server(1.0, "FA", 500, 100)
    dialogue.client(1.1, "FA", 100, 501)
    row = connection(dialogue.packets)
    assert (row["conn_state"], row["missed_bytes"]) == ("SF", 0)
