"""How many packets carry each TCP flag, by direction."""

from __future__ import annotations

import numpy as np

from module3.flow_packets import FlowPackets
from module3.flow_state import States

_SIDES, _BITS = 2, 8


def update(states: States, packets: FlowPackets) -> None:
    """Add the packets' flags to their flows."""
    side = _SIDES * packets.flow + packets.backward
    for bit in range(_BITS):
        at = np.flatnonzero(packets.flags & np.uint8(1 << bit))
        if len(at):  # most flags are rare
            counts = np.bincount(side[at], minlength=_SIDES * len(states))
            states["flags"][:, :, bit] += counts.reshape(-1, _SIDES)
