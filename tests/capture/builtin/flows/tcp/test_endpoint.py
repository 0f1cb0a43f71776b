"""conn_state of two endpoint states."""

from __future__ import annotations

import pytest

from capture.builtin.flows.tcp.endpoint import Endpoint, connection_state

INACTIVE, SYN, SYN_ACK, PARTIAL, ESTABLISHED, CLOSED, RESET = Endpoint


@pytest.mark.parametrize(
    ("originator", "responder", "expected"),
    [
        (SYN, INACTIVE, "S0"),
        (ESTABLISHED, ESTABLISHED, "S1"),
        (CLOSED, ESTABLISHED, "S2"),
        (ESTABLISHED, CLOSED, "S3"),
        (CLOSED, CLOSED, "SF"),
        (SYN, RESET, "REJ"),
        (SYN_ACK, RESET, "REJ"),
        (ESTABLISHED, RESET, "RSTR"),
        (RESET, ESTABLISHED, "RSTO"),
        (RESET, CLOSED, "RSTO"),
        (INACTIVE, RESET, "RSTRH"),
        (PARTIAL, RESET, "RSTRH"),
        (CLOSED, INACTIVE, "SH"),
        (CLOSED, PARTIAL, "SH"),
        (INACTIVE, CLOSED, "SHR"),
        (PARTIAL, PARTIAL, "OTH"),
        (PARTIAL, INACTIVE, "OTH"),
    ],
)
def test_conn_state(originator: Endpoint, responder: Endpoint, expected: str) -> None:
    assert connection_state(originator, responder, True, "") == expected


def test_two_resets_without_payload_are_a_rejection() -> None:
    assert connection_state(RESET, RESET, False, "SrR") == "REJ"
    assert connection_state(RESET, RESET, True, "ShADrR") == "RSTR"


@pytest.mark.parametrize(
    ("history", "expected"),
    [("SR", "RSTOS0"), ("^SR", "RSTOS0"), ("SDR", "RSTOS0"), ("SAR", "OTH"), ("R", "OTH")],
)
def test_a_reset_before_any_answer_needs_a_syn_first(history: str, expected: str) -> None:
    assert connection_state(RESET, INACTIVE, False, history) == expected
