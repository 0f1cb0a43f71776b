"""Gaps between packets, and the periods in which a flow is active or idle."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Indices, first_of_run, run_bounds
from module3 import moments
from module3.flow_packets import FlowPackets, Sides
from module3.flow_state import BACKWARD, FIN, FORWARD, NEVER, States, last_times

ACTIVITY_TIMEOUT: Final = 5_000_000  # microseconds: a longer gap is an idle period
SUBFLOW_PAUSE: Final = 1_000_000  # microseconds: a longer gap begins a subflow


def update(states: States, packets: FlowPackets, sides: Sides, *, cic: bool) -> None:
    """Add the packets to their flows.

    With ``cic`` the gap before a FIN is no idle period, for the tool of 2018 closes the flow before
    it looks.
    """
    before = last_times(states)
    _begin(states, packets, before)
    gaps, later = _gaps(packets, before)
    moments.add(states["gaps"], packets.flow[later], gaps[later])
    _count_pauses(states, packets.flow[gaps > SUBFLOW_PAUSE])
    is_idle = gaps > ACTIVITY_TIMEOUT
    if cic:
        is_idle &= (packets.flags & (1 << FIN)) == 0
    _idle_periods(states, packets, gaps, np.flatnonzero(is_idle))
    for side in (FORWARD, BACKWARD):
        _one_side(states, sides[side], side)


def _begin(states: States, packets: FlowPackets, before: NDArray[np.int64]) -> None:
    starts, _ = run_bounds(packets.flow)
    starts = starts[before[packets.flow[starts]] == NEVER]
    for name in ("first_time", "active_since"):
        states[name][packets.flow[starts]] = packets.time[starts]


def _gaps(packets: FlowPackets, before: NDArray[np.int64]) -> tuple[NDArray[np.int64], Indices]:
    """Return the time since the packet before in the flow, 0 if none, and which have one."""
    previous = np.empty_like(packets.time)
    previous[1:] = packets.time[:-1]
    first = first_of_run(packets.flow)
    previous[first] = before[packets.flow[first]]
    later = np.flatnonzero(previous != NEVER)
    gaps = np.zeros_like(packets.time)
    gaps[later] = packets.time[later] - previous[later]
    return gaps, later


def _one_side(states: States, packets: FlowPackets, side: int) -> None:
    gaps, later = _gaps(packets, states["last_time"][:, side])
    moments.add(states["side_gaps"][:, side], packets.flow[later], gaps[later])
    _, ends = run_bounds(packets.flow)
    states["last_time"][packets.flow[ends - 1], side] = packets.time[ends - 1]


def _count_pauses(states: States, flows: Indices) -> None:
    starts, ends = run_bounds(flows)
    states["pauses"][flows[starts]] += ends - starts


def _idle_periods(
    states: States, packets: FlowPackets, gaps: NDArray[np.int64], after: Indices
) -> None:
    """Add the idle periods that end with the packets at ``after``, and what was active before."""
    flow = packets.flow[after]
    moments.add(states["idle"], flow, gaps[after])
    since = np.empty(len(after), dtype=np.int64)
    since[1:] = packets.time[after[:-1]]
    first = first_of_run(flow)
    since[first] = states["active_since"][flow[first]]
    active = packets.time[after] - gaps[after] - since
    moments.add(states["active"], flow[active > 0], active[active > 0])
    _, ends = run_bounds(flow)
    states["active_since"][flow[ends - 1]] = packets.time[after[ends - 1]]
