"""TCP packets grouped by connection, and where their bytes lie in the two streams."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Booleans, Indices

FIN = 1
SYN = 2
RST = 4
ACK = 16


@dataclass(frozen=True)
class TcpPackets:
    """TCP packets, sorted by connection and then in capture order; one entry a packet.

    ``bounds`` has one entry more than there are connections: the packets of connection ``c`` are
    ``bounds[c]`` to ``bounds[c + 1]``.
    """

    bounds: Indices
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

    @cached_property
    def rows(self) -> Indices:
        """The connections that have packets here."""
        return np.flatnonzero(self.bounds[1:] > self.bounds[:-1])

    @cached_property
    def starts(self) -> Indices:
        """The first packet of each of ``rows``."""
        return self.bounds[self.rows]

    @cached_property
    def stops(self) -> Indices:
        """The end of the packets of each of ``rows``."""
        return self.bounds[self.rows + 1]

    @cached_property
    def first(self) -> Booleans:
        """Whether a packet is the first of its connection here."""
        first = np.zeros(len(self), dtype=np.bool_)
        first[self.starts] = True
        return first

    @cached_property
    def sent_by_second(self) -> Indices:
        """How many packets up to each one, itself included, side 1 sent."""
        return np.cumsum(self.side)

    @cached_property
    def control(self) -> Indices:
        """The packets with SYN, FIN or RST."""
        return np.flatnonzero(self.flags & (SYN | FIN | RST))

    def with_flag(self, flags: int) -> Indices:
        """Return the packets with any of these flags out of SYN, FIN and RST."""
        packets: Indices = self.control[(self.flags[self.control] & flags) != 0]
        return packets

    def openings(self) -> Indices:
        """Return the SYN packets without another flag that matters."""
        syn_alone = (self.flags[self.control] & (SYN | ACK | FIN | RST)) == SYN
        packets: Indices = self.control[syn_alone]
        return packets

    def renumbered(self, connection: NDArray[np.int64], bounds: Indices) -> TcpPackets:
        """Return the same packets with connections numbered anew."""
        return replace(self, connection=connection, bounds=bounds)

    def take(self, indices: Indices, connection: NDArray[np.int64], bounds: Indices) -> TcpPackets:
        """Return the packets at these indices, with connections numbered anew."""
        columns = {
            field.name: getattr(self, field.name).take(indices)
            for field in fields(self)
            if field.name not in ("connection", "bounds")
        }
        return TcpPackets(connection=connection, bounds=bounds, **columns)
