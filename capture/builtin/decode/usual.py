"""Usual packets, which are nearly all: decoded at once, from one copy of their headers.

Usual is an IP packet right behind the link layer, without options, extension headers or
fragmentation, with TCP, UDP or ICMP in it that is no tunnel. What the layers one by one say of
such a packet is the same; it only takes longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.extensions import IPV6_HEADER
from capture.builtin.decode.frames import Frames, big16, big32
from capture.builtin.decode.ip import IPV4_HEADER, IpPackets, ipv4_packets, plain_ipv6_packets
from capture.builtin.decode.link import VLAN_TAGS
from capture.builtin.decode.packets import Packets, describe
from capture.builtin.decode.teredo import TEREDO_PREFIX
from capture.builtin.decode.transport import ICMP, ICMPV6, LEAST, TCP, UDP, transport_fields
from capture.builtin.decode.tunnels import AYIYA_MARK, TUNNEL_PORTS
from capture.builtin.files.gather import gather

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]

# Frames decoded together: few enough for the processor's cache.
_PIECE: Final = 1 << 14
_MOST_TAGS: Final = 2
_IS_TAG: Final = np.zeros(1 << 16, np.bool_)
_IS_TAG[list(VLAN_TAGS)] = True
# EtherType by the first four bits of an IP packet.
_BY_NIBBLE: Final = np.zeros(16, np.int32)
_BY_NIBBLE[[4, 6]] = 0x0800, 0x86DD
# Link layer -> where in its header the EtherType stands, and the size of the header.
_ETHERTYPE_AT: Final = {
    kinds.ETHERNET: (12, 14),
    kinds.LINUX_COOKED: (14, 16),
    kinds.LINUX_COOKED_2: (0, 20),
}
_UNUSUAL: Final = 1 << 20
# Bytes of a transport header without which a packet is not usual.
_NEEDED: Final = np.full(256, _UNUSUAL, np.int64)
_NEEDED[[ICMP, TCP, UDP, ICMPV6]] = LEAST[[ICMP, TCP, UDP, ICMPV6]]
_IS_TUNNEL_PORT: Final = np.zeros(1 << 16, np.bool_)
_IS_TUNNEL_PORT[list(TUNNEL_PORTS)] = True


class _Version(NamedTuple):
    """How to tell and to parse plain packets of an IP version.

    ``look`` covers what an IPv6 header behind UDP would hold.
    """

    ethertype: int
    header: int
    look: int
    protocol_at: int
    is_plain: Callable[[Bytes], NDArray[np.bool_]]
    total: Callable[[Bytes], NDArray[np.int32]]
    parse: Callable[[Bytes, Frames], IpPackets]


def decode_usual(data: Bytes, frames: Frames) -> tuple[list[Packets], NDArray[np.intp]]:
    """Return the usual packets of frames not yet decoded, and the rows of the other frames."""
    found: list[Packets] = []
    other = np.ones(len(frames), np.bool_)
    for begin in range(0, len(frames), _PIECE):
        piece = frames.part(begin, begin + _PIECE)
        ethertype, start = _behind_link_layer(data, piece)
        for version in _VERSIONS:
            at = np.flatnonzero(ethertype == version.ethertype)
            if len(at):
                packets, usual = _decode_version(data, piece.take(at), start[at], version)
                found.append(packets)
                other[begin + at[usual]] = False
    return found, np.flatnonzero(other)


def _decode_version(
    data: Bytes, frames: Frames, start: Positions, version: _Version
) -> tuple[Packets, NDArray[np.bool_]]:
    """Return the usual ones of packets of one IP version, and which they are."""
    frames = replace(frames, start=start)
    rows = gather(data, start, version.look)
    usual = _is_usual(rows, frames, version)
    if not usual.all():
        rows, frames = rows[usual], frames.take(usual)
    packets = version.parse(rows, frames)
    return describe(packets, transport_fields(rows[:, version.header :], packets)), usual


def _behind_link_layer(data: Bytes, frames: Frames) -> tuple[NDArray[np.int32], Positions]:
    """Return what EtherType each frame has, 0 if that is not plain to see, and what follows."""
    ethertype = np.zeros(len(frames), np.int32)
    start = frames.start.copy()
    for kind, (at, size) in _ETHERTYPE_AT.items():
        rows = np.flatnonzero(frames.kind == kind)
        if len(rows):
            ethertype[rows] = _ethertype(data, start[rows] + at)
            start[rows] += size
    for _ in range(_MOST_TAGS):
        rows = np.flatnonzero(_IS_TAG[ethertype])
        if not len(rows):
            break
        ethertype[rows] = _ethertype(data, start[rows] + 2)
        start[rows] += 4
    bare = np.flatnonzero(frames.kind == kinds.IP)
    ethertype[bare] = _BY_NIBBLE[gather(data, start[bare], 1)[:, 0] >> 4]
    return ethertype, start


def _ethertype(data: Bytes, position: Positions) -> NDArray[np.int32]:
    return big16(gather(data, position, 2), 0)


def _is_usual(rows: Bytes, frames: Frames, version: _Version) -> NDArray[np.bool_]:
    total = version.total(rows)
    protocol = rows[:, version.protocol_at]
    needed = _NEEDED[protocol] + version.header
    usual = version.is_plain(rows) & (total >= needed) & (total <= frames.end - frames.start)
    usual &= frames.captured - frames.start >= needed
    transport = rows[:, version.header :]
    size = (transport[:, 12] >> 4) * np.uint8(4)
    bad_tcp = (size < LEAST[TCP]) | (size > total - version.header)
    usual &= ~(bad_tcp & (protocol == TCP))
    udp = np.flatnonzero(usual & (protocol == UDP))
    usual[udp[_may_be_tunnel(transport[udp])]] = False
    return usual


def _may_be_tunnel(udp: Bytes) -> NDArray[np.bool_]:
    """Tell which UDP packets have a tunnel's port, or may be Teredo or AYIYA on other ports."""
    by_port = _IS_TUNNEL_PORT[big16(udp, 0)] | _IS_TUNNEL_PORT[big16(udp, 2)]
    teredo = (big32(udp, 16) == TEREDO_PREFIX) | (big32(udp, 32) == TEREDO_PREFIX)
    start = big16(udp, 8)
    teredo = (teredo & (start >> 12 == 6)) | (start == 1) | (start & 0xF0FF == 0x6001)
    # An origin indication before IPv6.
    indicated = ((start == 0) | (start & 0xF0FF == 0x6000)) & (udp[:, 16] >> 4 == 6)
    return np.asarray(by_port | teredo | indicated | (big16(udp, 9) == AYIYA_MARK), np.bool_)


_VERSIONS: Final = (
    _Version(
        ethertype=0x0800,
        header=IPV4_HEADER,
        look=64,
        protocol_at=9,
        # The version, a header of five words, and neither offset nor more fragments.
        is_plain=lambda rows: (rows[:, 0] == 0x45) & (((rows[:, 6] & 0x3F) | rows[:, 7]) == 0),
        total=lambda rows: big16(rows, 2),
        parse=ipv4_packets,
    ),
    _Version(
        ethertype=0x86DD,
        header=IPV6_HEADER,
        look=80,
        protocol_at=6,
        is_plain=lambda rows: rows[:, 0] >> 4 == 6,
        total=lambda rows: big16(rows, 4) + IPV6_HEADER,
        parse=plain_ipv6_packets,
    ),
)
