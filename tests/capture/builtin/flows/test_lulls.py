"""Timers that fire late, because no packet comes when they are due."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.lulls import Lulls
from tests.capture.builtin.flows.packet_blocks import Dialogue, connections, other_frame

SECOND = 10**9


def fires_step_by_step(clock: list[int], due: int, period: int, after: int, until: int) -> bool:
    for time in clock:
        if due <= time:
            if after < time <= until:
                return True
            due = time + period
    return False


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=30),
    st.integers(0, 60),
    st.integers(1, 60),
    st.integers(0, 400),
    st.integers(0, 30),
)
def test_a_timer_fires_at_the_first_packet_after_it_is_due(
    times: list[int], due: int, period: int, after: int, split: int
) -> None:
    clock = [time * SECOND for time in sorted(times)]
    lulls = Lulls()
    for part in (clock[:split], clock[split:]):
        if part:
            lulls.extend(np.array(part))
    arguments = ((clock[0] + due * SECOND), period * SECOND, after * SECOND, clock[-1])
    assert lulls.timer_fires(*arguments) == fires_step_by_step(clock, *arguments)


def test_a_timer_fires_in_time_while_packets_come() -> None:
    lulls = Lulls()
    lulls.extend(np.arange(0, 100 * SECOND, SECOND // 100))
    lulls.extend(np.array([110 * SECOND]))
    looks = {"due": 5 * SECOND, "period": 6 * SECOND, "until": 110 * SECOND}
    assert lulls.timer_fires(after=50 * SECOND, **looks)
    assert not lulls.timer_fires(**{**looks, "after": 90 * SECOND, "until": 94 * SECOND})
    assert lulls.timer_fires(**{**looks, "after": 105 * SECOND})


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize(("other_packets", "rows"), [((), 2), ((5.1,), 1), ((5.1, 8.9), 1)])
def test_silence_after_a_fin_and_a_rst_ends_a_connection_when_zeek_looks(
    other_packets: tuple[float, ...], rows: int, size: int
) -> None:
    dialogue = Dialogue()
    dialogue.client(0.0, "A", 1, 1)
    dialogue.server(3.1, "FA", 1, 1)
    dialogue.server(3.2, "R", 2)
    others = [other_frame(at) for at in other_packets]
    dialogue.client(10.3, "A", 1, 2)
    packets = sorted([*dialogue.packets, *others], key=lambda packet: packet.at)
    assert len(connections(packets, size)) == rows
