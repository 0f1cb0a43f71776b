"""Packets, block by block, to flows with all that the features need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.grouping import packet_keys, sorted_by_key
from capture.builtin.flows.runs import Booleans, Indices, run_bounds
from module3 import bulks, flags, lengths, openings, sent, ssh_replies, timing
from module3.cutting import FLOW_TIMEOUT, Pieces, Streams, cut
from module3.flow_packets import FlowPackets, Payloads, headers, windows
from module3.flow_packets import lengths as payload_lengths
from module3.flow_state import (
    NO_WINDOW,
    States,
    chosen,
    have_ended,
    joined,
    last_times,
    new_states,
    overwrite,
)

# Microseconds by which a packet may be older than the newest frame; it counts as no older.
LATEST: Final = 60_000_000
_MICROSECOND: Final = 1000
_IPV4: Final = 4
_NONE: Final = -1


@dataclass(frozen=True)
class _Grouped:
    """Packets of a block by stream: endpoints and protocol, whichever way they go.

    ``packet`` indexes the block and ``second`` is whether the key's second endpoint sent it; the
    streams have ``sizes``, ``keys``, and ``before`` is their open flow. ``idle`` are the open flows
    without packets here.
    """

    packet: Indices
    second: Booleans
    sizes: Indices
    before: Indices
    keys: NDArray[np.uint64]
    idle: States


class FlowBuilder:
    """Takes blocks of packets and gives the flows that are over; keeps those that are open.

    ``cic`` chooses the rules of the tool that made the public data of 2018, which are listed in
    docs/flows.md. Without ``logins`` payloads are not looked at.
    """

    def __init__(self, *, cic: bool = False, logins: bool = True) -> None:
        self._cic = cic
        self._logins = logins
        self._open = new_states(0)

    def feed(self, block: PacketBlock) -> States:
        """Add the packets of a block; return the flows to which no later packet can belong."""
        # The tool reads IPv4 only.
        entries = np.flatnonzero(block.ip_version == _IPV4) if self._cic else np.arange(len(block))
        over = self._add(block, entries) if len(entries) else new_states(0)
        now = int(block.clock_ns[-1]) // _MICROSECOND - LATEST
        expired = self._open["first_time"] + FLOW_TIMEOUT < now
        over = joined(over, self._closed(chosen(self._open, expired)))
        self._open = chosen(self._open, ~expired)
        return over

    def finish(self) -> States:
        """Return the flows that are open still, at the end of the capture."""
        rest, self._open = self._open, new_states(0)
        return self._closed(rest)

    def _add(self, block: PacketBlock, entries: Indices) -> States:
        grouped = self._grouped(block, entries)
        packet, before, sizes = grouped.packet, grouped.before, grouped.sizes
        time = self._times(block, packet, before, sizes)
        pieces = cut(self._streams(time, block.tcp_flags[packet], before, sizes), cic=self._cic)
        empty = pieces.starts == pieces.ends
        left_as_it_was = chosen(self._open, before[pieces.stream[empty]])
        pieces = _pieces(pieces, ~empty)
        states = self._begun(pieces, grouped)
        packets = self._packets(block, grouped, time, states, pieces)
        self._measure(states, packets)
        if self._logins:
            self._read(states, Payloads(block, packet, packets.flow, packets.backward))
        self._open = joined(grouped.idle, chosen(states, ~pieces.is_over))
        return self._closed(joined(left_as_it_was, chosen(states, pieces.is_over)))

    def _grouped(self, block: PacketBlock, entries: Indices) -> _Grouped:
        keys, second = packet_keys(block, entries)
        open_keys = self._open["key"].T
        keys = tuple(np.concatenate(both) for both in zip(open_keys, keys, strict=True))
        order, stream = sorted_by_key(keys)
        starts, ends = run_bounds(stream)
        known = len(self._open)
        was_open = order[starts] < known  # an open flow comes before its packets
        sizes = ends - starts - was_open
        busy = np.flatnonzero(sizes > 0)
        at = order[order >= known] - known
        return _Grouped(
            packet=entries[at],
            second=second[at],
            sizes=sizes[busy],
            before=np.where(was_open, order[starts], _NONE)[busy],
            keys=np.stack([key[order[starts[busy]]] for key in keys], axis=1),
            idle=chosen(self._open, order[starts[sizes == 0]]),
        )

    def _begun(self, pieces: Pieces, grouped: _Grouped) -> States:
        """Return the flows of the pieces as they were before these packets."""
        states = new_states(len(pieces.starts))
        states["key"] = grouped.keys[pieces.stream]
        states["forward_is_second"] = grouped.second[pieces.starts]
        before = grouped.before[pieces.stream[pieces.goes_on]]
        overwrite(states, pieces.goes_on, chosen(self._open, before))
        return states

    def _times(
        self, block: PacketBlock, packet: Indices, before: Indices, sizes: Indices
    ) -> NDArray[np.int64]:
        """Return microseconds; the first of a stream is not before its open flow's latest."""
        oldest = block.network_time_ns[packet] // _MICROSECOND - LATEST
        time = np.maximum(block.time_ns[packet] // _MICROSECOND, oldest)
        starts = np.cumsum(sizes) - sizes
        open_ = np.flatnonzero(before != _NONE)
        floor = last_times(self._open)[before[open_]]
        time[starts[open_]] = np.maximum(time[starts[open_]], floor)
        return time

    def _streams(
        self, time: NDArray[np.int64], flags_: NDArray[np.uint8], before: Indices, sizes: Indices
    ) -> Streams:
        ends = np.cumsum(sizes)
        goes_on = before != _NONE
        origin = time[ends - sizes]
        origin[goes_on] = self._open["first_time"][before[goes_on]]
        ended = np.zeros(len(before), dtype=np.bool_)
        ended[goes_on] = have_ended(self._open)[before[goes_on]]
        return Streams(time, flags_, ends - sizes, ends, goes_on, origin, ended)

    def _packets(
        self,
        block: PacketBlock,
        grouped: _Grouped,
        time: NDArray[np.int64],
        states: States,
        pieces: Pieces,
    ) -> FlowPackets:
        packet = grouped.packet
        flow = np.repeat(np.arange(len(states)), pieces.ends - pieces.starts)
        return FlowPackets(
            flow=flow,
            time=time,
            backward=grouped.second != states["forward_is_second"][flow],
            length=payload_lengths(block, packet, cic=self._cic),
            header=headers(block, packet, cic=self._cic),
            flags=block.tcp_flags[packet],
            window=windows(block, packet, NO_WINDOW),
        )

    def _measure(self, states: States, packets: FlowPackets) -> None:
        sides = packets.sides()
        lengths.update(states, packets, sides)
        flags.update(states, packets)
        bulks.update(states, packets)
        timing.update(states, packets, sides, cic=self._cic)

    def _read(self, states: States, payloads: Payloads) -> None:
        """Note what tells of logins and of code in requests."""
        kinds = openings.update(states, payloads)
        sent.update(states, payloads)
        ssh_replies.update(states, payloads, kinds)

    def _closed(self, states: States) -> States:
        bulks.close(states)
        return states


def _pieces(pieces: Pieces, which: Booleans) -> Pieces:
    return Pieces(
        pieces.stream[which],
        pieces.starts[which],
        pieces.ends[which],
        pieces.goes_on[which],
        pieces.is_over[which],
    )
