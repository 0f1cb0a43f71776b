"""Reassembly of fragmented IP packets, over blocks of packets and in bounded memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

UNFINISHED: Final = "fragment of an IP packet that was never complete"
CUT_OFF: Final = "IP fragment not wholly captured"
TOO_LONG: Final = "IP fragment beyond the longest packet"

_LONGEST: Final = 65_535
MOST_BYTES: Final = 1 << 26
_MOST_PACKETS: Final = 1 << 16
# RFC 8200 section 4.5: what is not complete 60 seconds after its first fragment is given up.
_PATIENCE_NS: Final = 60 * 1_000_000_000


class Fragment(NamedTuple):
    """A fragment: ``key`` tells whose, ``header`` is the packet's without any fragment header.

    ``protocol_at`` is where in the header the protocol of the payload stands.
    """

    key: bytes
    header: bytes
    offset: int
    more: bool
    payload: bytes
    protocol_at: int = 9


def parse_ipv4_fragment(packet: bytes) -> Fragment:
    """Return what an IPv4 packet, header checked and not cut off, is a fragment of."""
    size = (packet[0] & 15) * 4
    word = int.from_bytes(packet[6:8], "big")
    header = packet[:6] + b"\0\0" + packet[8:size]
    key = b"4" + packet[12:20] + packet[4:6] + packet[9:10]
    return Fragment(key, header, (word & 0x1FFF) * 8, bool(word & 0x2000), packet[size:])


def parse_ipv6_fragment(packet: bytes, at: int) -> Fragment:
    """Return what an IPv6 packet with its fragment header at ``at`` is a fragment of."""
    word = int.from_bytes(packet[at + 2 : at + 4], "big")
    header = bytearray(packet[:at])
    successor = _next_header_position(packet, at)
    header[successor] = packet[at]
    key = b"6" + packet[8:40] + packet[at + 4 : at + 8]
    content = packet[at + 8 :]
    return Fragment(key, bytes(header), word & 0xFFF8, bool(word & 1), content, successor)


def _next_header_position(packet: bytes, at: int) -> int:
    """Return where the header before the one at ``at`` names its successor."""
    position, kind, successor = 40, packet[6], 6
    while position < at:
        successor = position
        size = (packet[position + 1] + 2) * 4 if kind == 51 else (packet[position + 1] + 1) * 8
        kind = packet[position]
        position += size
    return successor


@dataclass
class _Unfinished:
    """The bytes of a packet received so far, in disjoint spans in ascending order.

    As in Zeek the header is that of the fragment that came first, but what protocol the packet has
    is said by the one at its begin; and a fragment that reaches beyond the last one makes the
    packet longer.
    """

    time_ns: int
    header: bytearray
    protocol_at: int
    data: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    total: int | None = None
    count: int = 0

    def add(self, fragment: Fragment) -> None:
        """Take a fragment in; where two overlap the first one counts, as in Zeek."""
        self.count += 1
        end = fragment.offset + len(fragment.payload)
        if fragment.offset == 0:
            self.header[self.protocol_at] = fragment.header[fragment.protocol_at]
        if not fragment.more or self.total:
            self.total = max(end, self.total or 0)
        if fragment.payload:
            self._fill(fragment.offset, fragment.payload)

    def _fill(self, offset: int, payload: bytes) -> None:
        end = offset + len(payload)
        self.data.extend(bytes(max(end - len(self.data), 0)))
        first, last = bisect_left(self.ends, offset), bisect_right(self.starts, end)
        position = offset
        for start, stop in zip(self.starts[first:last], self.ends[first:last], strict=True):
            if start > position:
                self.data[position:start] = payload[position - offset : start - offset]
            position = max(position, stop)
        if position < end:
            self.data[position:end] = payload[position - offset :]
        begin = min([offset, *self.starts[first:last]])
        until = max([end, *self.ends[first:last]])
        self.starts[first:last], self.ends[first:last] = [begin], [until]

    def packet(self) -> bytes | None:
        """Return the packet once nothing is missing up to its end, all that is there at a run."""
        if not self.total or not self.starts or self.starts[0] != 0:
            return None
        if self.ends[0] < self.total:
            return None
        return _with_length(bytes(self.header), bytes(self.data[: self.ends[0]]))


def _with_length(header: bytes, payload: bytes) -> bytes:
    at = 2 if header[0] >> 4 == 4 else 4
    length = len(payload) + len(header) - (0 if at == 2 else 40)
    return header[:at] + length.to_bytes(2, "big") + header[at + 2 :] + payload


class Reassembler:
    """Collects fragments until packets are whole; ``skipped`` counts those given up."""

    def __init__(self, skipped: Counter[str]) -> None:
        self._skipped = skipped
        self._pending: dict[bytes, _Unfinished] = {}
        self._bytes = 0

    def add(self, fragment: Fragment, time_ns: int) -> bytes | None:
        """Take a fragment in; return the packet that it completes, if it does."""
        longest = _LONGEST - (len(fragment.header) if fragment.key[:1] == b"4" else 0)
        if fragment.offset + len(fragment.payload) > longest:
            self._skipped[TOO_LONG] += 1
            return None
        packet = self._collect(fragment, time_ns)
        self._bound()
        return packet

    def give_up(self) -> None:
        """Count all fragments still waiting as lost."""
        for key in list(self._pending):
            self._lose(key)

    def _collect(self, fragment: Fragment, time_ns: int) -> bytes | None:
        pending = self._pending.get(fragment.key)
        if pending is not None and abs(time_ns - pending.time_ns) > _PATIENCE_NS:
            self._lose(fragment.key)
            pending = None
        if pending is None:
            first = _Unfinished(time_ns, bytearray(fragment.header), fragment.protocol_at)
            pending = self._pending[fragment.key] = first
        held = len(pending.data)
        pending.add(fragment)
        self._bytes += len(pending.data) - held
        # Zeek looks whether the packet is whole when bytes come.
        packet = pending.packet() if fragment.payload else None
        if packet is not None:
            self._forget(fragment.key)
        return packet

    def _bound(self) -> None:
        while self._bytes > MOST_BYTES or len(self._pending) > _MOST_PACKETS:
            self._lose(next(iter(self._pending)))

    def _lose(self, key: bytes) -> None:
        self._skipped[UNFINISHED] += self._forget(key).count

    def _forget(self, key: bytes) -> _Unfinished:
        pending = self._pending.pop(key)
        self._bytes -= len(pending.data)
        return pending
