"""Packet lengths, header lengths, data packets and windows."""

from __future__ import annotations

import numpy as np

from capture.builtin.flows.runs import run_bounds
from module3 import moments
from module3.flow_packets import FlowPackets, Sides
from module3.flow_state import BACKWARD, FORWARD, NEVER, States


def update(states: States, packets: FlowPackets, sides: Sides) -> None:
    """Add the packets to their flows; before ``timing.update``, which tells who was first."""
    _first_of_flow(states, packets)
    for side in (FORWARD, BACKWARD):
        _one_side(states, sides[side], side)
    forward = sides[FORWARD]
    starts, _ = run_bounds(forward.flow)
    if len(starts):
        flows = forward.flow[starts]
        lowest = np.minimum.reduceat(forward.header, starts)
        states["lowest_header"][flows] = np.minimum(states["lowest_header"][flows], lowest)
        states["data_packets"][flows] += np.add.reduceat(np.int64(1) * (forward.length > 0), starts)


def _first_of_flow(states: States, packets: FlowPackets) -> None:
    starts, _ = run_bounds(packets.flow)
    starts = starts[states["last_time"][packets.flow[starts]].max(axis=1) == NEVER]
    flows = packets.flow[starts]
    states["first_length"][flows] = packets.length[starts]
    states["first_flags"][flows] = packets.flags[starts]


def _one_side(states: States, packets: FlowPackets, side: int) -> None:
    moments.add(states["lengths"][:, side], packets.flow, packets.length)
    starts, ends = run_bounds(packets.flow)
    if len(starts) == 0:
        return
    flows = packets.flow[starts]
    states["header_bytes"][flows, side] += np.add.reduceat(packets.header, starts)
    new = states["last_time"][flows, side] == NEVER
    states["first_window"][flows[new], side] = packets.window[starts[new]]
    states["last_window"][flows, side] = packets.window[ends - 1]
