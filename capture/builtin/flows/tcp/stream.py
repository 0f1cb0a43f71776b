"""One side's TCP byte stream as it stands after each packet of either side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import Connections
from capture.builtin.flows.runs import LARGEST_VALUE, Booleans, Indices, maxima, running_maximum
from capture.builtin.flows.tcp.packets import ACK, RST, TcpPackets
from capture.builtin.flows.tcp.sequence import (
    TRUSTED_JUMP,
    Positions,
    SentBytes,
    out_of_sight,
    sent_bytes,
)

# Acknowledgements up to here say nothing about a stream that was joined without its SYN.
_GUESSED_START: Final = 2


@dataclass(frozen=True)
class Sender:
    """One side of the connections: what it sent, and what was known of it before these packets."""

    packets: TcpPackets
    connections: Connections
    side: int
    sent: SentBytes

    @cached_property
    def last_own(self) -> Indices:
        """For each packet, the side's last one up to there as an index into ``sent.index``."""
        of_second = self.packets.sent_by_second
        return of_second - 1 if self.side else np.arange(len(of_second)) - of_second

    def before(self, column: str) -> NDArray[Any]:
        """Return a column by connection as of before these packets."""
        values: NDArray[Any] = self.connections[column][:, self.side]
        return values

    def since(self, onset: Indices, at: Indices) -> Booleans:
        """Return for packets whether something holds that holds from ``onset`` on."""
        return at >= onset.take(self.packets.connection.take(at))

    def known(self, at: Indices) -> Booleans:
        """Return for packets whether position 0 is fixed."""
        row = self.packets.connection.take(at)
        return self.before("started")[row] | (at >= self.sent.first.take(row))

    def spread(self, own: NDArray[Any], column: str, at: Indices) -> NDArray[Any]:
        """Return for packets the side's last value, which before its first packet is a column's."""
        silent = np.flatnonzero(~self.since(self.sent.first, at))
        if not len(own):
            own = np.zeros(1, dtype=own.dtype)
        values: NDArray[Any] = own.take(self.last_own.take(at))
        values[silent] = self.before(column)[self.packets.connection[at[silent]]]
        return values

    def fin_ends(self, at: Indices) -> Positions:
        """Return for packets where the last FIN so far ends, 0 before any."""
        row = self.packets.connection[at]
        slot = np.searchsorted(self.sent.fins, at, side="right") - 1
        here = np.flatnonzero(slot >= 0)
        here = here[self.sent.fins[slot[here]] >= self.packets.bounds[row[here]]]
        ends: Positions = self.before("fin_end")[row]
        ends[here] = self.sent.fin_ends[slot[here]]
        return ends


@dataclass(frozen=True)
class Acknowledgements:
    """What the other side acknowledged.

    ``index`` are the packets that do. ``trusted`` (the position acknowledged, as far as it counts
    for the size of the stream), ``gap`` and ``holes`` (bytes acknowledged that the capture lacks,
    and in how many pieces they are missing) belong to them. ``trimmed`` has one entry for each
    packet: the highest position acknowledged so far as a reassembler takes it, which ends before a
    FIN, and believes RST packets as well.
    """

    index: Indices
    trusted: Positions
    gap: Positions
    holes: Positions
    trimmed: Positions

    def ignore_missing(self, begin: int, end: int) -> None:
        """Take it that the packets ``begin`` to ``end`` acknowledge nothing that is missing."""
        slots = slice(*np.searchsorted(self.index, (begin, end)).tolist())
        self.gap[slots] = self.holes[slots] = 0


@dataclass(frozen=True)
class Stream:
    """One side's byte stream after each packet of either side.

    ``stored_end`` and ``frontier`` have one entry a packet: the highest end of payload that the
    capture holds, and up to where everything is delivered or given up.
    """

    sender: Sender
    acknowledgements: Acknowledgements
    stored_end: Positions
    frontier: Positions

    @property
    def sent(self) -> SentBytes:
        """What the side sent."""
        return self.sender.sent

    def ends(self, at: Indices) -> Positions:
        """Return for packets the highest position reached, control flags included."""
        return self.sender.spread(self.sent.end, "end", at)

    def ahead(self, at: Indices) -> Positions:
        """Return for packets how far the end of the stream lies above what is delivered.

        The last octet may be a FIN: bytes are awaited only where it is more than one.
        """
        return self.ends(at) - self.frontier[at]

    def unacknowledged(self, at: Indices) -> Booleans:
        """Return for packets whether captured payload waits to be acknowledged."""
        return self.stored_end[at] > np.maximum(self.acknowledgements.trimmed[at], 1)

    def waited(self, at: Indices) -> Booleans:
        """Return for packets of the side whether payload before theirs waits likewise."""
        stored = _before(self.sender, "stored_end", self.stored_end, at)
        return stored > np.maximum(self.acknowledgements.trimmed[at], 1)

    def advanced(self, at: Indices) -> Booleans:
        """Return for acknowledging packets whether they acknowledge more than any before."""
        trimmed = self.acknowledgements.trimmed
        return trimmed[at] > np.maximum(_before(self.sender, "trimmed", trimmed, at), 1)

    def starts(self, at: Indices) -> NDArray[np.uint32]:
        """Return for packets the sequence number of position 0.

        While nothing was sent it is what the last acknowledgement implies.
        """
        starts: NDArray[np.uint32] = self.sender.spread(self.sent.start, "start", at)
        packets, index = self.sender.packets, self.acknowledgements.index
        silent = np.flatnonzero(~self.sender.known(at))
        slot = np.searchsorted(index, at[silent], side="right") - 1
        begin = packets.bounds[packets.connection[at[silent]]]
        heard = np.flatnonzero(slot >= 0)
        heard = heard[index[slot[heard]] >= begin[heard]]
        acknowledged = packets.acknowledgement[index[slot[heard]]]
        starts[silent[heard]] = acknowledged - np.uint32(1)
        return starts

    def acknowledged(self, stops: Indices) -> Positions:
        """Return up to where each connection's stream is acknowledged before packet ``stops``.

        What was acknowledged before position 0 was fixed, or fixed once more, does not count.
        """
        since = self.sender.packets.bounds[:-1].copy()
        slot = np.searchsorted(self.sent.restarts, stops) - 1
        restarted = np.flatnonzero(slot >= 0)
        restarted = restarted[self.sent.restarts[slot[restarted]] >= since[restarted]]
        since[restarted] = self.sent.restarts[slot[restarted]]
        before = self.sender.before("acknowledged").copy()
        before[restarted] = 0
        index = self.acknowledgements.index
        bounds = np.searchsorted(index, since), np.searchsorted(index, stops)
        highest: Positions = np.maximum(maxima(self.acknowledgements.trusted, *bounds), before)
        return highest


def stream_of(packets: TcpPackets, side: int, connections: Connections) -> Stream:
    """Follow one side's stream through the packets of both sides.

    The frontier is that of a capture in which no payload came out of order.
    """
    sender = Sender(packets, connections, side, sent_bytes(packets, side, connections))
    stored_end = _stored_ends(sender)
    acknowledgements = _acknowledgements(sender, stored_end)
    frontier = np.maximum(stored_end, acknowledgements.trimmed)
    np.maximum(frontier, 1, out=frontier)
    guessed = np.flatnonzero(acknowledgements.trimmed == _GUESSED_START)
    guessed = guessed[~sender.since(sender.sent.from_syn, guessed)]
    frontier[guessed] = np.maximum(stored_end[guessed], 1)
    return Stream(sender, acknowledgements, stored_end, frontier)


def delivered_before(connections: Connections) -> Positions:
    """Return, shape (n, 2) by side, up to where the streams of connections are delivered so far."""
    given_up = _counted(connections["trimmed"], connections["from_syn"])
    delivered: Positions = np.maximum(np.maximum(connections["stored_end"], given_up), 1)
    return delivered


def _stored_ends(sender: Sender) -> Positions:
    packets, sent = sender.packets, sender.sent
    ends = np.zeros(len(packets), dtype=np.int64)
    at = sent.index[sent.stored]
    ends[at] = (sent.stored_start[sent.stored] + packets.length[at]).clip(0, LARGEST_VALUE)
    before = sender.before("stored_end")[packets.rows]
    ends[packets.starts] = np.maximum(ends[packets.starts], before)
    return running_maximum(ends, packets.starts)


def _acknowledgements(sender: Sender, stored_end: Positions) -> Acknowledgements:
    packets = sender.packets
    at = np.flatnonzero((packets.side != bool(sender.side)) & ((packets.flags & ACK) != 0))
    position = _acknowledged_positions(sender, at)
    in_stream = _without_fin(sender, at, position)
    trimmed = _trimmed(sender, at, in_stream)
    gap = _gaps(sender, at, in_stream, trimmed, stored_end)
    return Acknowledgements(
        index=at,
        trusted=_trusted(packets, at, position),
        gap=gap,
        holes=(gap > 0).astype(np.int64),
        trimmed=trimmed,
    )


def _acknowledged_positions(sender: Sender, at: Indices) -> Positions:
    """Return the positions that the packets ``at`` acknowledge, 0 where that cannot be told."""
    sent = sender.sent
    end = sender.spread(sent.end, "end", at)
    start = sender.spread(sent.start, "start", at)
    ahead = sender.packets.acknowledgement[at] - (start + end.astype(np.uint32))
    end += ahead.view(np.int32)
    end[np.flatnonzero(~sender.known(at))] = 0
    end[out_of_sight(end, start)] = 0
    return end.clip(0, LARGEST_VALUE, out=end)


def _trusted(packets: TcpPackets, at: Indices, position: Positions) -> Positions:
    """Return the acknowledged positions as far as they count for the size of the stream."""
    of_reset = (packets.flags[at] & RST) != 0
    broken = (packets.acknowledgement[at] == 0) & (position > TRUSTED_JUMP)
    trusted: Positions = position * ~(of_reset | broken)
    return trusted


def _without_fin(sender: Sender, at: Indices, position: Positions) -> Positions:
    """Return acknowledged positions, those that cover a FIN as of before it."""
    trimmed = position.copy()
    after = np.flatnonzero(sender.since(sender.sent.fin, at))
    fin_ends = sender.fin_ends(at[after])
    covers = position[after] >= fin_ends
    trimmed[after[covers]] = (fin_ends[covers] - 1).clip(0, LARGEST_VALUE)
    return trimmed


def _trimmed(sender: Sender, at: Indices, in_stream: Positions) -> Positions:
    """Return for each packet the highest position acknowledged since position 0 was fixed."""
    packets = sender.packets
    anew = np.zeros(len(packets), dtype=np.bool_)
    anew[sender.sent.moves] = True
    values = np.zeros(len(packets), dtype=np.int64)
    values[at] = in_stream
    continued = np.flatnonzero(~anew[packets.starts])
    begins = packets.starts[continued]
    before = sender.before("trimmed")[packets.rows[continued]]
    values[begins] = np.maximum(values[begins], before)
    return running_maximum(values, np.flatnonzero(packets.first | anew))


def _before(sender: Sender, column: str, values: Positions, at: Indices) -> Positions:
    """Return what a column, which grows to ``values``, was before the packets ``at``."""
    before = values[at - 1]
    begins = np.flatnonzero(sender.packets.first[at])
    before[begins] = sender.before(column)[sender.packets.connection[at[begins]]]
    return before


def _gaps(
    sender: Sender,
    at: Indices,
    in_stream: Positions,
    trimmed: Positions,
    stored_end: Positions,
) -> Positions:
    """Return how many bytes each acknowledgement covers that are not in the capture."""
    gap = np.zeros(len(at), dtype=np.int64)
    ahead = np.flatnonzero(in_stream > np.maximum(stored_end[at], 1))
    packets = at[ahead]
    from_syn = sender.since(sender.sent.from_syn, packets)
    before = _counted(_before(sender, "trimmed", trimmed, packets), from_syn)
    delivered = np.maximum(np.maximum(before, stored_end[packets]), 1)
    gap[ahead] = np.maximum(_counted(in_stream[ahead], from_syn) - delivered, 0)
    return gap


def _counted(acknowledged: Positions, from_syn: Booleans) -> Positions:
    """Return acknowledged positions as far as they tell that something is missing below them.

    Where a stream was joined without its SYN, position 0 is a guess: an acknowledgement of one
    byte, as keep-alives draw, means nothing.
    """
    return np.where(~from_syn & (acknowledged <= _GUESSED_START), 1, acknowledged)
