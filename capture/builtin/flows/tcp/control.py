"""Packets with SYN, FIN or RST, by what they say and of which side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Booleans, Indices, first_of_run
from capture.builtin.flows.tcp.packets import FIN, RST, SYN, TcpPackets
from capture.builtin.flows.tcp.stream import Stream


@dataclass(frozen=True)
class ControlPackets:
    """Packets with one control flag, grouped by connection, side and flag (SYN 0, FIN 1, RST 2)."""

    packet: Indices
    connection: Indices
    side: Indices
    flag: Indices
    position: NDArray[np.int64]  # a FIN's: of the FIN
    first: Booleans  # of its group


def control_packets(packets: TcpPackets, streams: tuple[Stream, Stream]) -> ControlPackets:
    """Return the packets with one control flag and their positions."""
    control = packets.flags[packets.control] & (SYN | FIN | RST)
    alone = (control & (control - 1)) == 0
    index, control = packets.control[alone], control[alone]
    flag = np.where(control == SYN, 0, np.where(control == FIN, 1, 2))
    connection, side = packets.connection[index], packets.side[index].astype(np.int64)
    position = np.where(flag == 1, packets.length[index], 0)
    for number, stream in enumerate(streams):
        own = np.flatnonzero(side == number)
        position[own] += stream.sent.position[stream.sender.last_own[index[own]]]
    group = (connection * 2 + side) * 3 + flag
    order = np.argsort(group, kind="stable")
    return ControlPackets(
        packet=index[order],
        connection=connection[order],
        side=side[order],
        flag=flag[order],
        position=position[order],
        first=first_of_run(group[order]),
    )
