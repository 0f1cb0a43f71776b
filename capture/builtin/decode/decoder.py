"""Records to packets: all layers in turn, tunnels and fragments included."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.decode import fragments as fragment_rules
from capture.builtin.decode import frames as kinds
from capture.builtin.decode import tunnels
from capture.builtin.decode.fragments import Fragment, Reassembler
from capture.builtin.decode.frames import Frames
from capture.builtin.decode.ip import IpPackets, parse_ip
from capture.builtin.decode.link import link_kinds, peel
from capture.builtin.decode.names import (
    OTHER_LINK_TYPES,
    count_skipped,
    describe_link_type,
)
from capture.builtin.decode.packets import Packets, describe, merge
from capture.builtin.decode.transport import Transport, parse_transport
from capture.builtin.decode.usual import decode_usual
from capture.builtin.files.records import Records

_UDP: Final = 17
_INT32: Final = 2**31 - 1
# Two tunnels, each of whose packets may be fragmented, and IPv6 fragments of fragments.
_MOST_ROUNDS: Final = 16
# How often a byte may be put together anew: fragments in fragments could do it in every round.
_MOST_COPIES: Final = 3
_NESTED: Final = "headers nested too deeply"
LATE: Final = (
    "read, but over a minute older than a packet before, which may cut connections; reordercap "
    "sorts captures"
)
_LATE_NS: Final = 60_000_000_000  # connections over UDP, the first to be cut, end after a minute


class Decoder:
    """Decode blocks of records one after another; fragments wait for the rest of their packet.

    ``skipped`` counts what is left out by reason, ``ethertypes`` frames that are not IP by
    EtherType.
    """

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        self.ethertypes: Counter[int] = Counter()
        self._reassembler = Reassembler(self.skipped)
        self._number = 0
        self._latest = np.iinfo(np.int64).min

    def decode(self, records: Records) -> PacketBlock:
        """Return the packets of these records, in their order, outer before inner."""
        data = records.data
        most = _MOST_COPIES * len(data) + fragment_rules.MOST_BYTES
        frames = self._link_frames(records)
        found, others = decode_usual(data, frames)
        frames = frames.take(others)
        for _ in range(_MOST_ROUNDS):
            if not len(frames) and found:
                break
            frames = peel(data, frames, self.skipped, self.ethertypes)
            packets = parse_ip(data, frames, self.skipped)
            data, packets, rebuilt = self._reassemble(data, packets, records.time_ns, most)
            opened, inner = self._open(data, packets)
            found.append(opened)
            frames = kinds.join([inner, rebuilt]) if len(rebuilt) else inner
        else:
            self.skipped[_NESTED] += len(frames)
        first, self._number = self._number + 1, self._number + len(records)
        return _block(data, records, self._advance(records.time_ns), first, merge(found))

    def finish(self) -> None:
        """Count fragments that still wait as lost; call it after the last block."""
        self._reassembler.give_up()

    def _advance(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the latest time stamp of the capture up to each record."""
        clock = np.maximum(np.maximum.accumulate(time_ns), self._latest)
        if len(clock):
            self._latest = int(clock[-1])
        late = int(np.count_nonzero(clock - time_ns > _LATE_NS))
        if late:
            self.skipped[LATE] += late
        return clock

    def _link_frames(self, records: Records) -> Frames:
        """Return the frames of the link types that are known."""
        kind = link_kinds(records.link_type)
        frames = Frames(
            start=records.offset,
            captured=records.offset + records.captured,
            end=records.offset + records.length,
            record=np.arange(len(records), dtype=np.int64),
            kind=kind,
            depth=np.zeros(len(records), np.uint8),
        )
        unknown = kind < 0
        if not unknown.any():
            return frames
        for link_type, count in zip(
            *np.unique(records.link_type[unknown], return_counts=True), strict=True
        ):
            reason = describe_link_type(int(link_type))
            count_skipped(self.skipped, reason, OTHER_LINK_TYPES, int(count))
        return frames.take(np.flatnonzero(~unknown))

    def _reassemble(
        self,
        data: NDArray[np.uint8],
        packets: IpPackets,
        time_ns: NDArray[np.int64],
        most: int,
    ) -> tuple[NDArray[np.uint8], IpPackets, Frames]:
        """Take fragments out of the packets; return data and frames with those made whole.

        The first fragment of a packet that was not wholly captured stays as it is. ``data`` grows
        to about ``most`` bytes; what would be put together beyond is left out.
        """
        is_fragment = packets.fragment >= 0
        if not is_fragment.any():
            return data, packets, _no_frames()
        rebuilt: list[tuple[int, bytes]] = []
        keep = ~is_fragment
        for row in np.flatnonzero(is_fragment):
            if packets.captured[row] < packets.end[row]:
                keep[row] = self._is_first(data, packets, row)
                continue
            fragment = _fragment(data, packets, row)
            whole = self._reassembler.add(fragment, int(time_ns[packets.record[row]]))
            if whole is not None:
                rebuilt.append((int(row), whole))
        rebuilt = self._within(rebuilt, most - len(data))
        frames = _rebuilt_frames(len(data), packets, rebuilt)
        if rebuilt:
            extra = np.frombuffer(b"".join(whole for _, whole in rebuilt), np.uint8)
            data = np.concatenate([data, extra])
        return data, packets.take(np.flatnonzero(keep)), frames

    def _within(self, rebuilt: list[tuple[int, bytes]], room: int) -> list[tuple[int, bytes]]:
        """Return the packets for which there is room, and count the others."""
        sizes = np.cumsum([len(whole) for _, whole in rebuilt])
        kept = int(np.searchsorted(sizes, room, side="right"))
        if kept < len(rebuilt):
            self.skipped[_NESTED] += len(rebuilt) - kept
        return rebuilt[:kept]

    def _is_first(self, data: NDArray[np.uint8], packets: IpPackets, row: np.intp) -> bool:
        if _fragment(data, packets, row).offset == 0:
            return True
        self.skipped[fragment_rules.CUT_OFF] += 1
        return False

    def _open(self, data: NDArray[np.uint8], packets: IpPackets) -> tuple[Packets, Frames]:
        """Return packets with a transport layer, and the frames within all tunnels."""
        tunnel = tunnels.is_tunnel(packets.protocol)
        inner = []
        if tunnel.any():
            inner.append(tunnels.open_ip_tunnels(data, packets.take(tunnel)))
            packets = packets.take(np.flatnonzero(~tunnel))
        packets, transport = parse_transport(data, packets, self.skipped)
        inner.append(_open_udp(data, packets, transport))
        return describe(packets, transport), kinds.join(inner)


def _no_frames() -> Frames:
    none = np.empty(0, np.int64)
    return Frames(none, none, none, none, none.astype(np.int32), none.astype(np.uint8))


def _fragment(data: NDArray[np.uint8], packets: IpPackets, row: np.intp) -> Fragment:
    start, end = int(packets.start[row]), int(packets.captured[row])
    packet = data[start:end].tobytes()
    if packets.version[row] == 4:
        return fragment_rules.parse_ipv4_fragment(packet)
    return fragment_rules.parse_ipv6_fragment(packet, int(packets.fragment[row]) - start)


def _rebuilt_frames(begin: int, packets: IpPackets, rebuilt: list[tuple[int, bytes]]) -> Frames:
    """Return frames for whole packets that are laid one after another from ``begin`` on."""
    rows = np.array([row for row, _ in rebuilt], np.int64)
    sizes = np.array([len(whole) for _, whole in rebuilt], np.int64)
    end = begin + np.cumsum(sizes)
    return Frames(
        start=end - sizes,
        captured=end,
        end=end,
        record=packets.record[rows],
        kind=np.full(len(rows), kinds.IP, np.int32),
        depth=packets.depth[rows],
    )


def _open_udp(data: NDArray[np.uint8], packets: IpPackets, transport: Transport) -> Frames:
    udp = np.flatnonzero(packets.protocol == _UDP)
    start = transport.payload_offset[udp]
    payloads = Frames(
        start=start,
        captured=start + transport.payload_captured[udp],
        end=np.minimum(start + transport.payload_length[udp], packets.end[udp]),
        record=packets.record[udp],
        kind=np.zeros(len(udp), np.int32),
        depth=packets.depth[udp],
    )
    ports = transport.source_port[udp], transport.destination_port[udp]
    return tunnels.open_udp_tunnels(data, payloads, *ports)


def _block(
    data: NDArray[np.uint8],
    records: Records,
    clock_ns: NDArray[np.int64],
    first_number: int,
    packets: Packets,
) -> PacketBlock:
    columns = {each.name: getattr(packets, each.name) for each in fields(packets)}
    record = columns.pop("record")
    return PacketBlock(
        data=data,
        clock_ns=clock_ns,
        number=record + first_number,
        time_ns=records.time_ns[record],
        network_time_ns=clock_ns[record],
        frame_length=np.minimum(records.length[record], _INT32).astype(np.int32),
        **columns,
    )
