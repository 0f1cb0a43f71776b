"""What one side of a TCP connection sent: where its packets lie in its byte stream.

Positions are 64-bit and count from the SYN, so that sequence numbers may wrap around any number of
times. The rules (which sequence numbers to trust, what counts as retransmitted) are those of Zeek's
TCP analyser; RFC 9293, section 3.4 has the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import Connections
from capture.builtin.flows.runs import (
    LARGEST_VALUE,
    Booleans,
    Indices,
    first_of_run,
    last_marked,
    running_maximum,
)
from capture.builtin.flows.tcp.packets import FIN, RST, SYN, TcpPackets

Positions = NDArray[np.int64]

TRUSTED_JUMP: Final = 1 << 20  # a RST or an acknowledgement of 0 further ahead is not believed


@dataclass(frozen=True)
class SentBytes:
    """What one side sent; one entry for each of its packets, in the order of ``index``.

    ``end``, ``stored_end``, ``fin``, ``fin_end`` and ``reset`` are as of each packet: the highest
    position reached (control flags included), the highest end of payload that the capture holds,
    whether a FIN was seen, where the last one ends, whether a RST was seen.
    """

    index: Indices
    connection: NDArray[np.int64]
    restarts: Booleans  # the packet fixes position 0
    start: NDArray[np.uint32]  # sequence number of position 0
    from_syn: Booleans  # a SYN told it
    position: Positions
    end: Positions
    retransmitted: Booleans
    stored: Booleans  # payload that a reassembler can use
    stored_start: Positions
    stored_end: Positions
    fin: Booleans
    fin_end: Positions
    reset: Booleans


class _SidePackets:
    """The packets of one side, and what was known of their connections before them."""

    def __init__(self, packets: TcpPackets, side: int, connections: Connections) -> None:
        self.index = np.flatnonzero(packets.side == bool(side))
        self.connection = packets.connection[self.index]
        self.flags = packets.flags[self.index]
        self.sequence = packets.sequence[self.index]
        self.length = packets.length[self.index]
        self.first = first_of_run(self.connection)
        self.starts = np.flatnonzero(self.first)
        self.is_syn = (self.flags & SYN) != 0
        self.is_fin = (self.flags & FIN) != 0
        self.is_reset = (self.flags & RST) != 0
        self._connections = connections
        self._side = side

    def before(self, column: str) -> NDArray[Any]:
        """Return a column as of before the first packet of each connection, in their order."""
        rows = self.connection[self.starts]
        values: NDArray[Any] = self._connections[column][rows, self._side]
        return values

    def reach(self) -> Positions:
        """Return how much sequence space each packet takes; the payload of a RST takes none."""
        control = self.is_syn.astype(np.int64) + self.is_fin
        reach: Positions = np.where(self.is_reset, 0, self.length) + control
        return reach

    def seen(self, marks: Booleans, column: str) -> Booleans:
        """Return whether a mark occurred at or before each packet of its connection."""
        before = self.before(column)
        if not marks.any() and not before.any():
            return marks
        marked = marks.copy()
        marked[self.starts] |= before
        return last_marked(marked) >= last_marked(self.first)


def sent_bytes(packets: TcpPackets, side: int, connections: Connections) -> SentBytes:
    """Place the packets of one side in its stream."""
    own = _SidePackets(packets, side, connections)
    fin = own.seen(own.is_fin, "fin")
    restarts, start = _starts(own, fin)
    from_syn = own.seen(restarts & own.is_syn, "from_syn")
    position = _positions(own, restarts)
    reset = own.seen(own.is_reset, "reset")
    end, retransmitted = _ends(own, position, restarts, reset)
    whole = packets.whole[own.index]
    stored = (own.length > 0) & ~own.is_reset & whole & (position >= 0)
    stored_start = position + own.is_syn
    return SentBytes(
        index=own.index,
        connection=own.connection,
        restarts=restarts,
        start=start,
        from_syn=from_syn,
        position=position,
        end=end,
        retransmitted=retransmitted,
        stored=stored,
        stored_start=stored_start,
        stored_end=_stored_ends(own, stored, stored_start),
        fin=fin,
        fin_end=_fin_ends(own, position, fin),
        reset=reset,
    )


def _starts(own: _SidePackets, fin: Booleans) -> tuple[Booleans, NDArray[np.uint32]]:
    """Return which packets fix position 0, and its sequence number for every packet.

    It is the first packet of the side, and any later SYN with another sequence number unless a FIN
    came before it.
    """
    opens = own.is_syn & (~fin | own.is_fin)
    marked = own.first | opens
    candidates = np.flatnonzero(marked)
    is_first = own.first[candidates]
    known = np.zeros(len(candidates), dtype=np.bool_)
    known[is_first] = own.before("started")
    carried = np.zeros(len(candidates), dtype=np.uint32)
    carried[is_first] = own.before("start")
    opens = opens[candidates]
    value = own.sequence[candidates] - np.where(own.is_syn[candidates], 0, 1).astype(np.uint32)
    value = np.where(known & ~opens, carried, value)
    before = np.where(is_first, carried, np.roll(value, 1))
    restarts = np.zeros(len(own.sequence), dtype=np.bool_)
    restarts[candidates] = (is_first & ~known) | (value != before)
    values = np.zeros(len(own.sequence), dtype=np.uint32)
    values[candidates] = value
    return restarts, values[last_marked(marked)]


def _positions(own: _SidePackets, restarts: Booleans) -> Positions:
    """Return the position of each packet's first byte, by adding up the steps between packets."""
    steps = np.zeros(len(own.sequence), dtype=np.int64)
    steps[1:] = (own.sequence[1:] - own.sequence[:-1]).astype(np.int32)
    total = np.cumsum(steps)
    anchored = np.where(own.is_syn, 0, 1)
    continues = ~restarts[own.starts]
    continued = own.starts[continues]
    since = (own.sequence[continued] - own.before("sequence")[continues]).astype(np.int32)
    anchored[continued] = own.before("position")[continues] + since
    anchor = last_marked(own.first | restarts)
    return total - total[anchor] + anchored[anchor]


def _ends(
    own: _SidePackets, position: Positions, restarts: Booleans, reset: Booleans
) -> tuple[Positions, Booleans]:
    """Return the highest position so far, and which packets repeat bytes below it."""
    reach = position + own.reach()
    anchors = own.first | restarts
    reset_before = np.roll(reset, 1)
    reset_before[own.starts] = own.before("reset")
    initial = np.where(own.is_syn, reach, position)
    continues = ~restarts[own.starts]
    initial[own.starts[continues]] = own.before("end")[continues]
    value = np.where(reset_before | own.is_reset, 0, reach)
    value = np.where(anchors, np.maximum(value, initial), value).clip(0, LARGEST_VALUE)
    epoch = np.cumsum(anchors, dtype=np.int64)
    end = running_maximum(value, epoch)
    before = np.where(anchors, initial, np.roll(end, 1))
    ahead = reach - before
    believed = own.is_reset & ~reset_before & (ahead > 0) & (ahead <= TRUSTED_JUMP)
    if believed.any():
        value[believed] = reach[believed]
        end = running_maximum(value.clip(0, LARGEST_VALUE), epoch)
        before = np.where(anchors, initial, np.roll(end, 1))
    return end, (own.length > 0) & (reach <= before) & ~reset_before


def _stored_ends(own: _SidePackets, stored: Booleans, stored_start: Positions) -> Positions:
    ends = np.where(stored, stored_start + own.length, 0).clip(0, LARGEST_VALUE)
    ends[own.starts] = np.maximum(ends[own.starts], own.before("stored_end"))
    return running_maximum(ends, np.cumsum(own.first, dtype=np.int64))


def _fin_ends(own: _SidePackets, position: Positions, fin: Booleans) -> Positions:
    """Return where the last FIN so far ends, 0 before any."""
    if not fin.any():
        return np.zeros(len(position), dtype=np.int64)
    ends = np.zeros(len(position), dtype=np.int64)
    ends[own.starts] = own.before("fin_end")
    ends[own.is_fin] = (position + own.reach())[own.is_fin]
    return ends[last_marked(own.is_fin | own.first)]
