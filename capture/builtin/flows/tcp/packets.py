"""TCP packets grouped by connection, and where their bytes lie in the two streams."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Indices

FIN = 1
SYN = 2
RST = 4
ACK = 16


@dataclass(frozen=True)
class TcpPackets:
    """TCP packets, sorted by connection and then in capture order; one entry a packet."""

    connection: NDArray[np.int64]  # index into the connections under analysis
    entry: NDArray[np.int64]  # index into the packet block
    side: NDArray[np.bool_]  # sent by side 1
    time: NDArray[np.int64]
    now: NDArray[np.int64]  # latest time of any packet of the capture up to this one: runs timers
    sequence: NDArray[np.uint32]
    acknowledgement: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    length: NDArray[np.int64]  # of the payload
    whole: NDArray[np.bool_]  # the capture holds all of the payload
    window_closed: NDArray[np.bool_]
    ip_length: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of packets."""
        return len(self.connection)

    def renumbered(self, connection: NDArray[np.int64]) -> TcpPackets:
        """Return the same packets with connections numbered anew."""
        return replace(self, connection=connection)

    def take(self, indices: Indices, connection: NDArray[np.int64]) -> TcpPackets:
        """Return the packets at these indices, with connections numbered anew."""
        columns = {
            field.name: getattr(self, field.name)[indices]
            for field in fields(self)
            if field.name != "connection"
        }
        return TcpPackets(connection=connection, **columns)
