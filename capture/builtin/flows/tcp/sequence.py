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
    NEVER,
    Booleans,
    Indices,
    first_of_run,
    onsets,
    ranges,
    run_lengths,
    running_maximum,
)
from capture.builtin.flows.tcp.packets import ACK, FIN, RST, SYN, TcpPackets

Positions = NDArray[np.int64]

_SEQUENCE_SPACE: Final = 1 << 32
TRUSTED_JUMP: Final = 1 << 20  # a RST or an acknowledgement of 0 further ahead is not believed


@dataclass(frozen=True)
class SentBytes:
    """What one side sent.

    ``index`` are its packets; ``start`` (sequence number of position 0), ``position``, ``end`` (the
    highest position reached, control flags included) and ``stored_start`` have one entry for each.
    ``stored`` are those of them, as indices into ``index``, whose payload a reassembler can use.
    ``moves``, ``restarts``, ``retransmitted`` and ``fins`` are packets: those that fix position 0,
    that do so or, where it was, once more, that repeat payload, and that carry a FIN, which ends at
    ``fin_ends``.

    ``first``, ``from_syn``, ``fin`` and ``reset`` have one entry a connection: the packet from
    which on something of this side was seen, its start was told by a SYN, a FIN was seen, a RST.
    See ``onsets``.
    """

    index: Indices
    start: NDArray[np.uint32]
    position: Positions
    end: Positions
    stored_start: Positions
    stored: Indices
    moves: Indices
    restarts: Indices
    retransmitted: Indices
    fins: Indices
    fin_ends: Positions
    first: Indices
    from_syn: Indices
    fin: Indices
    reset: Indices


class _SidePackets:
    """The packets of one side, and what was known of their connections before them."""

    def __init__(self, packets: TcpPackets, side: int, connections: Connections) -> None:
        self.index = np.flatnonzero(packets.side == bool(side))
        self.connection = packets.connection.take(self.index)
        self.flags = packets.flags.take(self.index)
        self.sequence = packets.sequence.take(self.index)
        self.length = packets.length.take(self.index)
        self.whole = packets.whole.take(self.index)
        self.starts = np.flatnonzero(first_of_run(self.connection))
        self.rows = self.connection[self.starts]
        control = np.flatnonzero(self.flags & (SYN | FIN | RST))
        flags = self.flags[control]
        self.syns = control[(flags & SYN) != 0]
        self.fins = control[(flags & FIN) != 0]
        self.resets = control[(flags & RST) != 0]
        self._connections = connections
        self._side = side

    def __len__(self) -> int:
        return len(self.index)

    def before(self, column: str) -> NDArray[Any]:
        """Return a column as of before the first packet of each of ``rows``."""
        values: NDArray[Any] = self._connections[column][self.rows, self._side]
        return values

    def onset(self, at: Indices, column: str) -> Indices:
        """Return from which packet on each connection has seen one of ``at``."""
        held = self._connections[column][:, self._side]
        return onsets(self.index[at], self.connection[at], held)

    def reach(self, position: Positions) -> Positions:
        """Return up to where each packet reaches; the payload of a RST takes no space."""
        reach = position + self.length
        reach[self.resets] -= self.length[self.resets]
        reach[self.syns] += 1
        reach[self.fins] += 1
        return reach


@dataclass(frozen=True)
class _Stretches:
    """Stretches of one side's packets in which position 0 is the same; one entry a stretch."""

    begins: Indices
    start: NDArray[np.uint32]  # sequence number of position 0
    moves: Booleans  # its first packet fixes position 0
    restarts: Booleans  # that, or it fixes it once more where it was
    continues: Booleans  # it goes on with what was known before these packets
    from_syn: Booleans
    lengths: Indices


def sent_bytes(packets: TcpPackets, side: int, connections: Connections) -> SentBytes:
    """Place the packets of one side in its stream."""
    own = _SidePackets(packets, side, connections)
    fin, reset = own.onset(own.fins, "fin"), own.onset(own.resets, "reset")
    answered = _answered(packets, side, connections)
    stretches = _stretches(own, fin, reset, answered)
    position = _lifted(own, _positions(own, stretches), stretches, reset)
    reach = own.reach(position)
    end, retransmitted = _ends(own, position, reach, stretches, reset)
    told = stretches.begins[stretches.restarts & stretches.from_syn]
    first = np.full(len(connections), NEVER)
    first[own.rows] = own.index[own.starts]
    stored_start = position.copy()
    stored_start[own.syns] += 1
    start = np.repeat(stretches.start, stretches.lengths)
    return SentBytes(
        index=own.index,
        start=start,
        position=position,
        end=end,
        stored_start=stored_start,
        stored=_stored(own, position, start),
        moves=own.index[stretches.begins[stretches.moves]],
        restarts=own.index[stretches.begins[stretches.restarts]],
        retransmitted=own.index[retransmitted],
        fins=own.index[own.fins],
        fin_ends=reach[own.fins],
        first=first,
        from_syn=own.onset(told, "from_syn"),
        fin=fin,
        reset=reset,
    )


def _answered(packets: TcpPackets, side: int, connections: Connections) -> Indices:
    """Return from which packet on each connection has seen a SYN of the other side."""
    syns = packets.with_flag(SYN)
    syns = syns[packets.side[syns] != bool(side)]
    return onsets(syns, packets.connection[syns], connections["from_syn"][:, 1 - side])


def _stretches(own: _SidePackets, fin: Indices, reset: Indices, answered: Indices) -> _Stretches:
    """Find the packets that fix position 0, and its sequence number from there on.

    It is the first packet of the side, and any later SYN with another sequence number unless a FIN
    came before it. A SYN with the same one may make what was sent since count for nothing.
    """
    after_fin = own.index[own.syns] > fin[own.connection[own.syns]]
    opening = own.syns[~after_fin | ((own.flags[own.syns] & FIN) != 0)]
    marks = np.zeros(len(own), dtype=np.int8)
    marks[own.starts] = 1
    marks[opening] |= 2
    marks[_anew(own, opening, reset, answered)] |= 4
    begins = np.flatnonzero(marks)
    is_first, opens = (marks[begins] & 1) != 0, (marks[begins] & 2) != 0
    known, carried = np.zeros(len(begins), dtype=np.bool_), np.zeros(len(begins), dtype=np.uint32)
    known[is_first], carried[is_first] = own.before("started"), own.before("start")
    is_syn = (own.flags[begins] & SYN) != 0
    value = own.sequence[begins] - (~is_syn).astype(np.uint32)
    value = np.where(known & ~opens, carried, value)
    before = np.where(is_first, carried, np.roll(value, 1))
    moves = (is_first & ~known) | (value != before)
    restarts = moves | ((marks[begins] & 4) != 0)
    kept = is_first | restarts
    begins, restarts = begins[kept], restarts[kept]
    return _Stretches(
        begins=begins,
        start=value[kept],
        moves=moves[kept],
        restarts=restarts,
        continues=~restarts,
        from_syn=is_syn[kept],
        lengths=run_lengths(begins, len(own)),
    )


def _anew(own: _SidePackets, opening: Indices, reset: Indices, answered: Indices) -> Indices:
    """Return the SYN packets that begin anew even with the sequence number of the beginning.

    One that still waits for an answer does not, nor one after a RST.
    """
    row, index = own.connection[opening], own.index[opening]
    at = np.searchsorted(own.connection[own.syns], row)
    joined = ~own.before("from_syn")[np.searchsorted(own.rows, row)] & (own.syns[at] == opening)
    waits = ((own.flags[opening] & ACK) == 0) & (index < answered[row]) & ~joined
    anew: Indices = opening[~waits & (index < reset[row])]
    return anew


def _carried_on(own: _SidePackets, stretches: _Stretches, column: str) -> NDArray[Any]:
    """Return a column as of before these packets for the stretches that continue."""
    continues = np.zeros(len(own), dtype=np.bool_)
    continues[stretches.begins[stretches.continues]] = True
    values: NDArray[Any] = own.before(column)[continues[own.starts]]
    return values


def _positions(own: _SidePackets, stretches: _Stretches) -> Positions:
    """Return the position of each packet's first byte, by adding up the steps between packets."""
    total = np.zeros(len(own), dtype=np.int64)
    np.cumsum((own.sequence[1:] - own.sequence[:-1]).view(np.int32), out=total[1:])
    anchored = np.where(stretches.from_syn, 0, 1)
    continued = stretches.begins[stretches.continues]
    since = own.sequence[continued] - _carried_on(own, stretches, "sequence")
    anchored[stretches.continues] = _carried_on(own, stretches, "position") + since.view(np.int32)
    total += np.repeat(anchored - total[stretches.begins], stretches.lengths)
    return total


def _ends(
    own: _SidePackets,
    position: Positions,
    reach: Positions,
    stretches: _Stretches,
    reset: Indices,
) -> tuple[Positions, Indices]:
    """Return the highest position so far, and which packets repeat payload below it."""
    begins = stretches.begins
    initial = np.where(stretches.from_syn, reach[begins], position[begins])
    initial[stretches.continues] = _carried_on(own, stretches, "end")
    value = reach.clip(0, LARGEST_VALUE)
    value[_after_reset(own, reset)] = 0
    value[begins] = np.maximum(value[begins], initial).clip(0, LARGEST_VALUE)
    end = running_maximum(value, begins)
    before = np.empty_like(end)
    before[1:] = end[:-1]
    before[begins] = initial
    repeated = np.flatnonzero((reach <= before) & (own.length > 0))
    repeated = repeated[own.index[repeated] <= reset[own.connection[repeated]]]
    _believe_resets(own, reach, before, end, stretches, reset)
    _believe_lone_fins(own, reach, end, stretches, reset)
    return end, repeated


def _after_reset(own: _SidePackets, reset: Indices) -> Indices:
    """Return the packets at or after the first RST of their side."""
    of_row = reset[own.rows]
    at = np.flatnonzero(of_row < NEVER)
    begins = np.maximum(np.searchsorted(own.index, of_row[at]), own.starts[at])
    return ranges(begins, np.append(own.starts, len(own))[at + 1])


def _believe_resets(
    own: _SidePackets,
    reach: Positions,
    before: Positions,
    end: Positions,
    stretches: _Stretches,
    reset: Indices,
) -> None:
    """Let the first RST of a side, if it is not far ahead, move the ends from there on."""
    first = own.resets[own.index[own.resets] == reset[own.connection[own.resets]]]
    ahead = reach[first] - before[first]
    believed = first[(ahead > 0) & (ahead <= TRUSTED_JUMP)]
    stretch = np.searchsorted(stretches.begins, believed, side="right") - 1
    until = (stretches.begins + stretches.lengths)[stretch]
    end[ranges(believed, until)] = np.repeat(reach[believed], until - believed).clip(
        0, LARGEST_VALUE
    )


def _believe_lone_fins(
    own: _SidePackets, reach: Positions, end: Positions, stretches: _Stretches, reset: Indices
) -> None:
    """Let a FIN after a RST move the end from there on if it is the first to tell the size."""
    after_reset = own.index[own.fins] > reset[own.connection[own.fins]]
    lone, until = _lone_fins(own, own.fins[after_reset], reach, end, stretches)
    end[ranges(lone, until)] = np.repeat(reach[lone], until - lone)


def _lifted(
    own: _SidePackets, position: Positions, stretches: _Stretches, reset: Indices
) -> Positions:
    """Return positions, those from a FIN on 4 GB higher if it is the first to tell the size.

    More than 2 GB between SYN and FIN, without any payload, look like less than none.
    """
    below = own.fins[position[own.fins] + own.length[own.fins] < 0]
    if len(below):
        reach = own.reach(position)
        end, repeated = _ends(own, position, reach, stretches, reset)
        lone, until = _lone_fins(own, below, reach, end, stretches)
        alone = ~_after_payload(own, lone, repeated)
        position[ranges(lone[alone], until[alone])] += _SEQUENCE_SPACE
    return position


def _lone_fins(
    own: _SidePackets, fins: Indices, reach: Positions, end: Positions, stretches: _Stretches
) -> tuple[Indices, Indices]:
    """Return the FINs before which only the start was known, and where their stretches end."""
    stretch = np.searchsorted(stretches.begins, fins, side="right") - 1
    carried = np.zeros(len(stretches.begins), dtype=np.int64)
    carried[stretches.continues] = _carried_on(own, stretches, "end")
    begins = fins == stretches.begins[stretch]
    previous = np.where(begins, carried[stretch], end[fins - 1])
    lone = np.flatnonzero((previous == 1) & (reach[fins] != 1))
    lone = lone[first_of_run(stretch[lone])]
    return fins[lone], (stretches.begins + stretches.lengths)[stretch[lone]]


def _after_payload(own: _SidePackets, at: Indices, repeated: Indices) -> Booleans:
    """Return which packets come after payload at or before the start, which is all ``repeated``."""
    row = np.searchsorted(own.rows, own.connection[at])
    here = np.searchsorted(repeated, at) > np.searchsorted(repeated, own.starts[row])
    return here | (own.before("retransmissions")[row] > 0)


def _stored(own: _SidePackets, position: Positions, start: NDArray[np.uint32]) -> Indices:
    """Return the packets whose payload a reassembler can use."""
    usable = (own.length > 0) & own.whole & (position >= 0)
    usable[own.resets] = False
    usable[out_of_sight(position, start)] = False
    return np.flatnonzero(usable)


def out_of_sight(position: Positions, start: NDArray[np.uint32]) -> Indices:
    """Return which positions Zeek takes for ones before the start.

    They lie 2 GB above it, and the sequence numbers have not wrapped around yet.
    """
    high = np.flatnonzero(position >= _SEQUENCE_SPACE >> 1)
    unseen: Indices = high[position[high] + start[high] < _SEQUENCE_SPACE]
    return unseen
