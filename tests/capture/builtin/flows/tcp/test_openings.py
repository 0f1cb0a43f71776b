"""Cuts that are made before the state machine runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.flows.tcp import openings
from tests.capture.builtin.flows.packet_blocks import Dialogue, Packet, connections


def sent(at: float, *, by_client: bool, flags: str, payload: bytes = b"") -> Packet:
    dialogue = Dialogue()
    send = dialogue.client if by_client else dialogue.server
    send(at, flags, payload=payload)
    return dialogue.packets[0]


@st.composite
def sparse_packets(draw: st.DrawFn) -> list[Packet]:
    """Mostly control packets with silence between them."""
    at, packets = 0.0, []
    for _ in range(draw(st.integers(2, 9))):
        at += draw(st.sampled_from([0.5, 4.9, 5.0, 6.0, 30.0, 70.0]))
        flags = draw(st.sampled_from(["S", "S", "SA", "R", "RA", "F", "FA", "A", "SF"]))
        payload = draw(st.sampled_from([b"", b"", b"x"]))
        packets.append(sent(at, by_client=draw(st.booleans()), flags=flags, payload=payload))
    return packets


@settings(max_examples=30, deadline=None)
@given(sparse_packets())
def test_lone_packets_keep_their_connection_as_long_as_the_state_machine_says(
    packets: list[Packet],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        none = np.zeros(0, dtype=np.int64)
        patch.setattr(openings, "_after_lone_packets", lambda packets, begins: none)
        by_state_machine = connections(packets)
    assert connections(packets) == by_state_machine


@pytest.mark.parametrize("flags", ["S", "R", "RA", "F", "FA"])
def test_lone_packets_five_seconds_apart_are_connections_found_at_once(
    flags: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.builtin.flows.tcp.analysis.MOST_PARTS", 1)
    monkeypatch.setattr("capture.builtin.flows.tcp.analysis.SLICE", 10**15)
    packets = [sent(5.0 * number, by_client=True, flags=flags) for number in range(4)]
    assert len(connections(packets)) == 4
