"""One side's TCP byte stream as it stands after each packet of either side."""

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
    run_bounds,
    running_maximum,
)
from capture.builtin.flows.tcp.packets import ACK, RST, TcpPackets
from capture.builtin.flows.tcp.sequence import TRUSTED_JUMP, Positions, SentBytes, sent_bytes

# Columns of what one side sent that are spread over the packets of both sides.
_SPREAD: Final = ("from_syn", "start", "end", "stored_end", "fin", "fin_end", "reset")
# Acknowledgements up to here say nothing about a stream that was joined without its SYN.
_GUESSED_START: Final = 2


@dataclass(frozen=True)
class Acknowledgements:
    """What the other side acknowledged.

    ``index`` are the packets that do, ``advances``, ``gap`` and ``holes`` belong to them:
    acknowledges more than any before, bytes acknowledged that the capture lacks, and in how many
    pieces they are missing. The rest has one entry for each packet: the highest position
    acknowledged, for the size of the stream and as a reassembler takes it (which ends before a
    FIN, and believes RST packets as well).
    """

    index: Indices
    advances: Booleans
    gap: Positions
    holes: Positions
    acknowledged: Positions
    trimmed: Positions
    given_up: Positions  # up to where nothing is awaited any more

    def delivered(self, stored_end: Positions) -> Positions:
        """Return up to where a stream is delivered that was captured in order."""
        return np.maximum(np.maximum(stored_end, self.given_up), 1)


@dataclass(frozen=True)
class Stream:
    """One side's byte stream after each packet of either side; one entry a packet.

    The columns are those of SentBytes; ``known`` is whether position 0 is fixed, ``frontier`` up
    to where everything is delivered or given up.
    """

    sent: SentBytes
    acknowledgements: Acknowledgements
    known: Booleans
    from_syn: Booleans
    end: Positions
    stored_end: Positions
    fin: Booleans
    fin_end: Positions
    reset: Booleans
    start: NDArray[np.uint32]
    frontier: Positions

    def incomplete(self) -> Booleans:
        """Return whether bytes before the end of the stream are still awaited."""
        return self.end - 1 > self.frontier

    def unacknowledged(self) -> Booleans:
        """Return whether captured payload waits to be acknowledged."""
        return self.stored_end > np.maximum(self.acknowledgements.trimmed, 1)


def delivered_before(connections: Connections) -> Positions:
    """Return, shape (n, 2) by side, up to where the streams of connections are delivered so far."""
    given_up = _counted(connections["trimmed"], connections["from_syn"])
    delivered: Positions = np.maximum(np.maximum(connections["stored_end"], given_up), 1)
    return delivered


class _Spread:
    """Spreads what is known at one side's packets over all packets of their connections."""

    def __init__(
        self, packets: TcpPackets, sent: SentBytes, side: int, connections: Connections
    ) -> None:
        last = np.cumsum(packets.side == bool(side)) - 1
        if len(sent.index):
            here = (last >= 0) & (sent.connection[last] == packets.connection)
        else:
            here = np.zeros(len(packets), dtype=np.bool_)
        self._last = last
        self._here = here
        self._missing = np.flatnonzero(~here)
        self._rows = packets.connection[self._missing]
        self._side = side
        self._connections = connections

    def known(self) -> Booleans:
        """Return whether the side has sent anything yet."""
        known: Booleans = self._here.copy()
        known[self._missing] = self._connections["started"][self._rows, self._side]
        return known

    def values(self, own: NDArray[Any], column: str) -> NDArray[Any]:
        """Return the last value of the side, from before these packets if there is none yet."""
        if len(own) == 0:
            own = np.zeros(1, dtype=own.dtype)
        spread: NDArray[Any] = own[self._last]
        spread[self._missing] = self._connections[column][self._rows, self._side]
        return spread


def stream_of(packets: TcpPackets, side: int, connections: Connections) -> Stream:
    """Follow one side's stream through the packets of both sides.

    The frontier is that of a capture in which no payload came out of order.
    """
    sent = sent_bytes(packets, side, connections)
    spread = _Spread(packets, sent, side, connections)
    so_far = {column: spread.values(getattr(sent, column), column) for column in _SPREAD}
    known = spread.known()
    at = np.flatnonzero((packets.side != bool(side)) & ((packets.flags & ACK) != 0))
    position = _acknowledged_positions(packets, at, known, so_far["start"], so_far["end"])
    fin_end = so_far["fin_end"][at]
    closing = so_far["fin"][at] & (position >= fin_end)
    acknowledgements = _acknowledgements(
        _Epochs(packets, sent, side, connections),
        at,
        _trusted(packets, at, position),
        np.where(closing, fin_end - 1, position).clip(0, LARGEST_VALUE),
        so_far["stored_end"],
        so_far["from_syn"],
    )
    return Stream(
        sent=sent,
        acknowledgements=acknowledgements,
        known=known,
        frontier=acknowledgements.delivered(so_far["stored_end"]),
        **so_far,
    )


def _acknowledged_positions(
    packets: TcpPackets, at: Indices, known: Booleans, start: NDArray[np.uint32], end: Positions
) -> Positions:
    """Return the positions that the packets ``at`` acknowledge, 0 where that cannot be told."""
    expected = start[at] + end[at].astype(np.uint32)
    ahead = (packets.acknowledgement[at] - expected).astype(np.int32)
    return np.where(known[at], end[at] + ahead, 0).clip(0, LARGEST_VALUE)


def _trusted(packets: TcpPackets, at: Indices, position: Positions) -> Positions:
    """Return the acknowledged positions as far as they count for the size of the stream."""
    of_reset = (packets.flags[at] & RST) != 0
    broken = (packets.acknowledgement[at] == 0) & (position > TRUSTED_JUMP)
    return np.where(of_reset | broken, 0, position)


class _Epochs:
    """Stretches of packets for which one side's position 0 stays the same."""

    def __init__(
        self, packets: TcpPackets, sent: SentBytes, side: int, connections: Connections
    ) -> None:
        first = first_of_run(packets.connection)
        marks = first.copy()
        marks[sent.index[sent.restarts]] = True
        self.epoch = np.cumsum(marks, dtype=np.int64)
        starts, ends = run_bounds(packets.connection)
        restarted = self.epoch != np.repeat(self.epoch[starts], ends - starts)
        begins_anew = np.zeros(len(packets), dtype=np.bool_)
        begins_anew[sent.index[sent.restarts]] = True
        restarted |= np.repeat(begins_anew[starts], ends - starts)
        self._continued = np.flatnonzero(~restarted)
        self._rows = packets.connection[self._continued]
        self._side = side
        self._connections = connections

    def before(self, column: str) -> Positions:
        """Return for each packet the value from before these packets, 0 after a restart."""
        values = np.zeros(len(self.epoch), dtype=np.int64)
        values[self._continued] = self._connections[column][self._rows, self._side]
        return values

    def maximum_so_far(self, at: Indices, values: Positions, column: str) -> Positions:
        """Return for each packet the highest of the values at ``at`` and the one before them."""
        spread = self.before(column)
        spread[at] = np.maximum(spread[at], values)
        return running_maximum(spread, self.epoch)


def _acknowledgements(
    epochs: _Epochs,
    at: Indices,
    trusted: Positions,
    in_stream: Positions,
    stored_end: Positions,
    from_syn: Booleans,
) -> Acknowledgements:
    trimmed = epochs.maximum_so_far(at, in_stream, "trimmed")
    previous = np.roll(trimmed, 1)
    fresh = np.flatnonzero(first_of_run(epochs.epoch))
    previous[fresh] = epochs.before("trimmed")[fresh]
    delivered = np.maximum(_counted(previous, from_syn)[at], stored_end[at])
    gap = np.maximum(_counted(in_stream, from_syn[at]) - np.maximum(delivered, 1), 0)
    return Acknowledgements(
        index=at,
        advances=in_stream > np.maximum(previous[at], 1),
        gap=gap,
        holes=(gap > 0).astype(np.int64),
        acknowledged=epochs.maximum_so_far(at, trusted, "acknowledged"),
        trimmed=trimmed,
        given_up=_counted(trimmed, from_syn),
    )


def _counted(acknowledged: Positions, from_syn: Booleans) -> Positions:
    """Return acknowledged positions as far as they tell that something is missing below them.

    Where a stream was joined without its SYN, position 0 is a guess: an acknowledgement of one
    byte, as keep-alives draw, means nothing.
    """
    return np.where(~from_syn & (acknowledged <= _GUESSED_START), 1, acknowledged)
