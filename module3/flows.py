"""Packets, block by block, to flows with all that the features need."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.grouping import packet_keys, sorted_by_key
from capture.builtin.flows.limits import Milestones
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
from module3.open_flows import OpenFlows

# Microseconds by which a packet may be older than the newest frame; it counts as no older.
LATEST: Final = 60_000_000
MOST_OPEN: Final = 5 << 15  # flows, of some 700 bytes each
TOO_MANY_OPEN: Final = "flow ended early: too many are open"
"""What is lost then, as it is counted among what was skipped."""
_INTERVAL: Final = 1 << 24  # between looks at how many are open, in bytes as ``size_of`` has them
_MICROSECOND: Final = 1000
_IPV4: Final = 4
_NONE: Final = -1


@dataclass(frozen=True)
class _Grouped:
    """Packets of a block by stream: endpoints and protocol, whichever way they go.

    ``packet`` indexes the block and ``second`` is whether the key's second endpoint sent it; the
    streams have ``sizes``, ``keys``, and ``before`` is their place among the open flows that are
    ``continued`` here.
    """

    packet: Indices
    second: Booleans
    sizes: Indices
    before: Indices
    keys: NDArray[np.uint64]
    continued: States


class FlowBuilder:
    """Takes blocks of packets and gives the flows that are over; keeps those that are open.

    ``cic`` chooses the rules of the tool that made the public data of 2018, which are listed in
    docs/flows.md. Without ``logins`` payloads are not looked at. Where more than ``most_open``
    flows are open, the oldest end early, and ``skipped`` counts them: their next packet begins
    another flow.
    """

    def __init__(
        self, *, cic: bool = False, logins: bool = True, most_open: int = MOST_OPEN
    ) -> None:
        self._cic = cic
        self._logins = logins
        self._most_open = most_open
        self._milestones = Milestones(_INTERVAL)
        self._open = OpenFlows()
        self.skipped = Counter[str]()

    def feed(self, block: PacketBlock) -> States:
        """Add the packets of a block; return the flows to which no later packet will be added."""
        if len(self._open) + len(block) <= self._most_open:
            self._milestones.skip(block)
            return self._follow(block)
        over = []
        for piece, ends_at_milestone in self._milestones.pieces(block):
            over.append(self._follow(piece))
            if ends_at_milestone:
                over.append(self._end_oldest())
        return joined(new_states(0), *over)

    def open_flows(self) -> int:
        """Return how many flows may still go on."""
        return len(self._open)

    def finish(self) -> States:
        """Return the flows that are open still, at the end of the capture."""
        return self._closed(self._open.remove_all())

    def _follow(self, block: PacketBlock) -> States:
        # The tool reads IPv4 only.
        entries = np.flatnonzero(block.ip_version == _IPV4) if self._cic else np.arange(len(block))
        over = self._add(block, entries) if len(entries) else new_states(0)
        now = int(block.clock_ns[-1]) // _MICROSECOND - LATEST
        expired = self._open.remove(lambda states: states["first_time"] + FLOW_TIMEOUT < now)
        return joined(over, self._closed(expired))

    def _end_oldest(self) -> States:
        oldest = self._open.remove_oldest(len(self._open) - self._most_open)
        if len(oldest):
            self.skipped[TOO_MANY_OPEN] += len(oldest)
        return self._closed(oldest)

    def _add(self, block: PacketBlock, entries: Indices) -> States:
        grouped = self._grouped(block, entries)
        packet, before = grouped.packet, grouped.before
        time = _times(block, grouped)
        pieces = cut(_streams(time, block.tcp_flags[packet], grouped), cic=self._cic)
        empty = pieces.starts == pieces.ends
        left_as_it_was = chosen(grouped.continued, before[pieces.stream[empty]])
        pieces = _pieces(pieces, ~empty)
        states = self._begun(pieces, grouped)
        packets = self._packets(block, grouped, time, states, pieces)
        self._measure(states, packets)
        if self._logins:
            self._read(states, Payloads(block, packet, packets.flow, packets.backward))
        self._open.add(chosen(states, ~pieces.is_over))
        return self._closed(joined(left_as_it_was, chosen(states, pieces.is_over)))

    def _grouped(self, block: PacketBlock, entries: Indices) -> _Grouped:
        keys, second = packet_keys(block, entries)
        parts = zip(self._open.keys_of_all(), keys, strict=True)
        keys = tuple(np.concatenate(both) for both in parts)
        order, stream = sorted_by_key(keys)
        starts, ends = run_bounds(stream)
        known = len(self._open)
        was_open = order[starts] < known  # an open flow comes before its packets
        sizes = ends - starts - was_open
        busy = np.flatnonzero(sizes > 0)
        at = order[order >= known] - known
        goes_on = was_open[busy]
        return _Grouped(
            packet=entries[at],
            second=second[at],
            sizes=sizes[busy],
            before=np.where(goes_on, np.cumsum(goes_on) - 1, _NONE),
            keys=np.stack([key[order[starts[busy]]] for key in keys], axis=1),
            continued=self._open.take_out(order[starts[busy[goes_on]]]),
        )

    def _begun(self, pieces: Pieces, grouped: _Grouped) -> States:
        """Return the flows of the pieces as they were before these packets."""
        states = new_states(len(pieces.starts))
        states["key"] = grouped.keys[pieces.stream]
        states["forward_is_second"] = grouped.second[pieces.starts]
        before = grouped.before[pieces.stream[pieces.goes_on]]
        overwrite(states, pieces.goes_on, chosen(grouped.continued, before))
        return states

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


def _times(block: PacketBlock, grouped: _Grouped) -> NDArray[np.int64]:
    """Return microseconds; the first of a stream is not before its open flow's latest."""
    packet, before, sizes = grouped.packet, grouped.before, grouped.sizes
    oldest = block.network_time_ns[packet] // _MICROSECOND - LATEST
    time = np.maximum(block.time_ns[packet] // _MICROSECOND, oldest)
    starts = np.cumsum(sizes) - sizes
    open_ = np.flatnonzero(before != _NONE)
    floor = last_times(grouped.continued)[before[open_]]
    time[starts[open_]] = np.maximum(time[starts[open_]], floor)
    return time


def _streams(time: NDArray[np.int64], flags_: NDArray[np.uint8], grouped: _Grouped) -> Streams:
    before, sizes = grouped.before, grouped.sizes
    ends = np.cumsum(sizes)
    goes_on = before != _NONE
    origin = time[ends - sizes]
    origin[goes_on] = grouped.continued["first_time"][before[goes_on]]
    ended = np.zeros(len(before), dtype=np.bool_)
    ended[goes_on] = have_ended(grouped.continued)[before[goes_on]]
    return Streams(time, flags_, ends - sizes, ends, goes_on, origin, ended)


def _pieces(pieces: Pieces, which: Booleans) -> Pieces:
    return Pieces(
        pieces.stream[which],
        pieces.starts[which],
        pieces.ends[which],
        pieces.goes_on[which],
        pieces.is_over[which],
    )
