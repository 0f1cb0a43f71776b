"""IPv4 and IPv6 headers, extension headers included, of many packets at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode.extensions import IPV6_HEADER, Extensions
from capture.builtin.decode.frames import Frames, Rows, big16, big32, big64, take_rows
from capture.builtin.files.gather import gather

IPV4_HEADER = 20
_MAPPED: Final = np.uint64(0xFFFF_0000_0000)

_FINE, _CUT_OFF, _BAD_LENGTH, _TOO_LONG, _BAD_VERSION, _BAD_CHAIN = range(6)
_REASONS: Final = {
    _CUT_OFF: "IP header cut off",
    _BAD_LENGTH: "bad IP header length",
    _TOO_LONG: "IP packet longer than its frame",
    _BAD_VERSION: "bad IP version",
    _BAD_CHAIN: "too many IPv6 extension headers",
}


@dataclass(frozen=True)
class IpPackets:
    """IP packets as a struct of arrays; positions count bytes in the block's data."""

    record: NDArray[np.int64]
    depth: NDArray[np.uint8]  # tunnels around the packet
    start: NDArray[np.int64]  # of the IP header
    payload: NDArray[np.int64]  # of the transport header, behind options and extensions
    captured: NDArray[np.int64]  # behind the last byte of the packet that was captured
    end: NDArray[np.int64]  # behind the last byte of the packet
    fragment: NDArray[np.int64]  # of the header with the fragment offset, -1 if not a fragment
    length: NDArray[np.int32]  # as the header says: 0 where segmentation offload left it open
    version: NDArray[np.uint8]
    protocol: NDArray[np.uint8]
    time_to_live: NDArray[np.uint8]
    source: NDArray[np.uint64]  # shape (n, 2)
    destination: NDArray[np.uint64]  # shape (n, 2)

    def __len__(self) -> int:
        """Return the number of packets."""
        return len(self.record)

    def take(self, rows: Rows) -> Self:
        """Return the packets of these rows."""
        return type(self)(*take_rows([getattr(self, each.name) for each in fields(self)], rows))


def parse_ip(data: NDArray[np.uint8], frames: Frames, skipped: Counter[str]) -> IpPackets:
    """Return the packets of frames that begin with an IP header; bad ones are counted.

    What counts as bad follows Zeek 7.0: a header or a whole packet that the frame on the wire has
    no room for. A packet of which only the header was captured is good.
    """
    rows = gather(data, frames.start, IPV6_HEADER)
    version = rows[:, 0] >> 4
    four, six = version == 4, version == 6
    if four.all():
        return _keep_good(ipv4_packets(rows, frames), _ipv4_failures(rows, frames), skipped)
    other = int(np.count_nonzero(~(four | six)))
    if other:
        skipped[_REASONS[_BAD_VERSION]] += other
    at_four, at_six = np.flatnonzero(four), np.flatnonzero(six)
    rows_four, frames_four = rows[at_four], frames.take(at_four)
    failures = _ipv4_failures(rows_four, frames_four)
    packets = [
        _keep_good(ipv4_packets(rows_four, frames_four), failures, skipped),
        _keep_good(*_ipv6(data, rows[at_six], frames.take(at_six)), skipped),
    ]
    if not len(packets[0]):
        return packets[1]
    if not len(packets[1]):
        return packets[0]
    both = join(packets)
    return both.take(np.argsort(both.record, kind="stable"))


def join(parts: list[IpPackets]) -> IpPackets:
    """Return the packets of several parts one after another."""
    names = [each.name for each in fields(IpPackets)]
    return IpPackets(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _keep_good(packets: IpPackets, failure: NDArray[np.uint8], skipped: Counter[str]) -> IpPackets:
    if not failure.any():
        return packets
    for code, count in enumerate(np.bincount(failure)):
        if code != _FINE and count:
            skipped[_REASONS[code]] += int(count)
    return packets.take(np.flatnonzero(failure == _FINE))


def ipv4_packets(rows: NDArray[np.uint8], frames: Frames) -> IpPackets:
    """Return what IPv4 headers say, the first 20 bytes of which are ``rows``, good or bad."""
    header, total = _ipv4_lengths(rows, frames)
    end = frames.start + total
    offset = big16(rows, 6)
    return IpPackets(
        record=frames.record,
        depth=frames.depth,
        start=frames.start,
        payload=frames.start + header,
        captured=np.minimum(frames.captured, end),
        end=end,
        fragment=np.where((offset & 0x3FFF) != 0, frames.start, -1),
        length=big16(rows, 2),
        version=np.full(len(frames), 4, np.uint8),
        protocol=rows[:, 9].copy(),
        time_to_live=rows[:, 8].copy(),
        source=_mapped(big32(rows, 12)),
        destination=_mapped(big32(rows, 16)),
    )


def _ipv4_failures(rows: NDArray[np.uint8], frames: Frames) -> NDArray[np.uint8]:
    """Return for each packet why it is bad (0: it is not)."""
    room = frames.captured - frames.start
    return _failures(room, IPV4_HEADER, *_ipv4_lengths(rows, frames), frames)


def _ipv4_lengths(
    rows: NDArray[np.uint8], frames: Frames
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lengths of the headers and of the packets."""
    header = (rows[:, 0] & 15).astype(np.int64) * 4
    stated = big16(rows, 2)
    # Segmentation offload leaves the length to the network card: 0.
    return header, np.where(stated == 0, frames.captured - frames.start, stated)


def _mapped(address: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return IPv4 addresses as ``::ffff:a.b.c.d``."""
    halves = np.zeros((len(address), 2), np.uint64)
    halves[:, 1] = address.astype(np.uint64) | _MAPPED
    return halves


def _failures(
    room: NDArray[np.int64],
    least: int,
    header: NDArray[np.int64],
    total: NDArray[np.int64],
    frames: Frames,
) -> NDArray[np.uint8]:
    """Return why packets are bad, the first reason that holds."""
    failure = np.full(len(room), _FINE, np.uint8)
    failure[header > room] = _CUT_OFF
    failure[total > frames.end - frames.start] = _TOO_LONG
    failure[(header < least) | (header > total)] = _BAD_LENGTH
    failure[room < least] = _CUT_OFF
    return failure


def _ipv6(
    data: NDArray[np.uint8], rows: NDArray[np.uint8], frames: Frames
) -> tuple[IpPackets, NDArray[np.uint8]]:
    """Return the packets and, for each, why it is bad (0: it is not)."""
    chain = Extensions(data, frames, rows[:, 6])
    plain = plain_ipv6_packets(rows, frames)
    packets = replace(
        plain,
        payload=frames.start + chain.length,
        fragment=chain.fragment,
        protocol=chain.protocol,
        source=_replaced(data, plain.source, chain.home),
        destination=_replaced(data, plain.destination, chain.last_stop),
    )
    total = packets.end - packets.start
    failure = _failures(frames.captured - frames.start, IPV6_HEADER, chain.length, total, frames)
    failure[(failure == _FINE) & chain.endless] = _BAD_CHAIN
    return packets, failure


def plain_ipv6_packets(rows: NDArray[np.uint8], frames: Frames) -> IpPackets:
    """Return what IPv6 headers say, the first 40 bytes of which are ``rows``.

    Extension headers are left to the caller.
    """
    total = IPV6_HEADER + big16(rows, 4)
    end = frames.start + total
    return IpPackets(
        record=frames.record,
        depth=frames.depth,
        start=frames.start,
        payload=frames.start + IPV6_HEADER,
        captured=np.minimum(frames.captured, end),
        end=end,
        fragment=np.full(len(frames), -1, np.int64),
        length=total,
        version=np.full(len(frames), 6, np.uint8),
        protocol=rows[:, 6].copy(),
        time_to_live=rows[:, 7].copy(),
        source=np.stack([big64(rows, 8), big64(rows, 16)], axis=1),
        destination=np.stack([big64(rows, 24), big64(rows, 32)], axis=1),
    )


def _replaced(
    data: NDArray[np.uint8], header: NDArray[np.uint64], position: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Return addresses of headers, or those at a position, -1 if none, that count in their place.

    A source route says before the header does where a packet goes in the end, and a mobile node
    where it is at home.
    """
    addresses = header.copy()
    rows = np.flatnonzero(position >= 0)
    if len(rows):
        others = gather(data, position[rows], 16)
        addresses[rows] = np.stack([big64(others, 0), big64(others, 8)], axis=1)
    return addresses
