"""How many packets carry each TCP flag, by direction."""

from __future__ import annotations

import numpy as np

from capture.builtin.flows.runs import run_starts
from module3.flow_packets import FlowPackets
from module3.flow_state import BACKWARD, FORWARD, States


def update(states: States, packets: FlowPackets) -> None:
    """Add the packets' flags to their flows."""
    for side in (FORWARD, BACKWARD):
        chosen = packets.of_side(side)
        starts = run_starts(chosen.flow)
        if len(starts) == 0:
            continue
        flows = chosen.flow[starts]
        for bit in range(8):
            carried = (chosen.flags >> np.uint8(bit) & np.uint8(1)).astype(np.int64)
            states["flags"][flows, side, bit] += np.add.reduceat(carried, starts)
