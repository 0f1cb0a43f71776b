"""Which connections one of several processes sees to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock

_FACTORS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_PORTS_FACTOR: Final = np.uint64(0x165667B19E3779F9)
_UPPER_BITS: Final = np.uint64(33)
_HAS_PORTS: Final = np.zeros(256, dtype=np.uint16)
_HAS_PORTS[[6, 17]] = 0xFFFF  # TCP and UDP


@dataclass(frozen=True)
class Part:
    """One of ``count`` parts of the connections of a capture, ``number`` counts them from 0.

    All packets between the same addresses and ports, whichever way they go, are in the same part;
    those without ports by their addresses alone, since an ICMP answer has a type of its own.
    """

    number: int = 0
    count: int = 1

    def holds(self, block: PacketBlock) -> NDArray[np.bool_]:
        """Return which packets of a block belong to the part."""
        if self.count == 1:
            return np.ones(len(block), dtype=np.bool_)
        # An exclusive or is the same in both directions.
        ports = (block.source_port ^ block.destination_port) & _HAS_PORTS[block.protocol]
        mixed = ports * _PORTS_FACTOR
        mixed ^= ((block.source ^ block.destination) * _FACTORS).sum(axis=1, dtype=np.uint64)
        mixed *= _FACTORS[0]
        held: NDArray[np.bool_] = (mixed >> _UPPER_BITS) % self.count == self.number
        return held


WHOLE: Final = Part()
