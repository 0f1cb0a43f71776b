"""Tunnels that Zeek 7.0 opens by default: the frames within IP-in-IP, GRE and UDP tunnels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.frames import Frames, big16, big32, byte, join
from capture.builtin.decode.ip import IpPackets
from capture.builtin.decode.link import ethertype_kind
from capture.builtin.files.gather import gather

# Zeek's Tunnel::max_depth
_MOST_TUNNELS: Final = 2
_IP_IN_IP: Final = (4, 41)
_GRE: Final = 47
TEREDO_PREFIX: Final = 0x20010000

Opener = Callable[[NDArray[np.uint8], Frames], Frames]


def is_tunnel(protocol: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which IP protocol numbers are tunnels without ports: IP-in-IP, 6in4, 4in6 and GRE."""
    return np.isin(protocol, (*_IP_IN_IP, _GRE))


def open_ip_tunnels(data: NDArray[np.uint8], packets: IpPackets) -> Frames:
    """Return what the packets of these protocols hold, one frame a packet."""
    gre = packets.protocol == _GRE
    frames = Frames(
        start=packets.payload,
        captured=packets.captured,
        end=packets.end,
        record=packets.record,
        kind=np.full(len(packets), kinds.IP, np.int32),
        depth=packets.depth,
    )
    inner = frames
    if gre.any():
        inner = join([frames.take(~gre), _gre(data, frames.take(gre))])
        inner = inner.take(np.argsort(inner.record, kind="stable"))
    deep = inner.depth >= _MOST_TUNNELS
    return replace(
        inner,
        kind=np.where(deep, kinds.TOO_DEEP, inner.kind).astype(np.int32),
        depth=inner.depth + np.uint8(1),
    )


def _gre(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip GRE (RFC 2784, 2890), enhanced GRE of PPTP (RFC 2637) and ERSPAN headers.

    Wireless controllers by Aruba send IEEE 802.11 frames under numbers of their own.
    """
    rows = gather(data, frames.start, 36)
    flags, protocol = big16(rows, 0), big16(rows, 2)
    version = flags & 7
    length = 4 + 4 * sum(((flags & bit) != 0).astype(np.int64) for bit in (0x8000, 0x2000, 0x1000))
    length += 4 * ((flags & 0x0080) != 0)
    kind = ethertype_kind(protocol)
    kind[protocol == 0x88BE] = kinds.ETHERNET
    length += np.where((protocol == 0x88BE) & ((flags & 0x1000) != 0), 8, 0)
    kind[((protocol & 0x820F) == 0x8200) | (protocol == 0x9000)] = kinds.WIRELESS
    third = protocol == 0x22EB
    kind[third] = kinds.ETHERNET
    marks = rows[np.arange(len(rows)), np.minimum(length + 11, 35)]
    length += np.where(third, 12 + 8 * (marks & 1), 0)
    point_to_point = version == 1
    kind[point_to_point] = np.where(protocol[point_to_point] == 0x880B, kinds.PPP, kinds.NOT_IP_PPP)
    # The PPP header of PPTP repeats address and control.
    length += np.where(point_to_point, 2, 0)
    kind[(version > 1) | ((flags & 0x4078) != 0)] = kinds.BAD_LINK_HEADER
    return frames.advance(length, kind, 4)


def open_udp_tunnels(
    data: NDArray[np.uint8],
    payloads: Frames,
    source_port: NDArray[np.uint16],
    destination_port: NDArray[np.uint16],
) -> Frames:
    """Return what UDP payloads hold that are tunnels by port and header, fewer than given.

    As in Zeek the server's port decides; Teredo is known by its header on any port too.
    """
    shallow = payloads.depth < _MOST_TUNNELS
    found = []
    known = ~shallow
    for port, opener in _UDP_TUNNELS.items():
        serves = _serves(port, source_port, destination_port) & shallow
        if serves.any():
            found.append(opener(data, payloads.take(serves)))
            known |= serves
    found.append(_teredo_elsewhere(data, payloads.take(~known)))
    inner = join(found)
    inner = inner.take(np.argsort(inner.record, kind="stable"))
    return replace(inner, depth=inner.depth + np.uint8(1))


def _serves(
    port: int, source: NDArray[np.uint16], destination: NDArray[np.uint16]
) -> NDArray[np.bool_]:
    """Tell for which packets the port is the server's, not a client's that happens to be equal."""
    replies = (source == port) & (destination >= 1024)
    return np.asarray((destination == port) | replies, np.bool_)


def _vxlan(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    rows = gather(data, payloads.start, 8)
    return _accept(payloads.advance(8, kinds.ETHERNET, 9), (rows[:, 0] & 0x08) != 0)


def _geneve(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    rows = gather(data, payloads.start, 8)
    kind = ethertype_kind(big16(rows, 2))
    valid = (rows[:, 0] < 0x40) & ((kind == kinds.ETHERNET) | (kind == kinds.IP))
    options = (rows[:, 0] & 0x3F).astype(np.int64) * 4
    return _accept(payloads.advance(8 + options, kind, 8), valid)


def _gtp(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    """Open user packets of GTP version 1 (3GPP TS 29.281), extension headers skipped."""
    rows = gather(data, payloads.start, 12)
    flags = byte(rows, 0)
    valid = ((flags & 0xF0) == 0x30) & (rows[:, 1] == 0xFF)
    length = np.where((flags & 7) != 0, 12, 8).astype(np.int64)
    following = np.where((flags & 4) != 0, rows[:, 11], 0)
    for _ in range(8):
        more = np.flatnonzero((following != 0) & valid)
        position = payloads.start[more] + length[more]
        inside = position + 4 <= payloads.captured[more]
        valid[more[~inside]] = False
        more, position = more[inside], position[inside]
        size = gather(data, position, 1)[:, 0].astype(np.int64) * 4
        valid[more[size == 0]] = False
        length[more] += size
        following[more] = gather(data, position + np.maximum(size - 1, 0), 1)[:, 0]
    return _exact(data, _accept(payloads.advance(length, kinds.IP, 8), valid & (following == 0)))


def _teredo(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    """Skip authentication and origin indication (RFC 4380 section 5.1.1)."""
    rows = gather(data, payloads.start, 4)
    authentication = big16(rows, 0) == 1
    size = np.where(authentication, 13 + byte(rows, 2) + byte(rows, 3), 0)
    inner = payloads.advance(size, kinds.IP, 4)
    origin = (big16(gather(data, inner.start, 2), 0) == 0) & (inner.kind == kinds.IP)
    inner = inner.advance(np.where(origin, 8, 0), inner.kind, 2)
    inner = _exact(data, _accept(inner, np.ones(len(inner), np.bool_)))
    return inner.take(gather(data, inner.start, 1)[:, 0] >> 4 == 6)


def _teredo_elsewhere(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    """Open IPv6 between Teredo addresses (2001::/32) on any port, as Teredo peers choose theirs."""
    rows = gather(data, payloads.start, 28)
    six = (rows[:, 0] >> 4 == 6) & (payloads.captured - payloads.start >= 40)
    teredo = (big32(rows, 8) == TEREDO_PREFIX) | (big32(rows, 24) == TEREDO_PREFIX)
    return _exact(data, payloads.advance(0, kinds.IP, 40).take(six & teredo))


def _ayiya(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    """Skip identity and signature (draft-massar-v6ops-ayiya)."""
    rows = gather(data, payloads.start, 4)
    size = 8 + (1 << (byte(rows, 0) >> 4)) + (byte(rows, 1) >> 4) * 4
    valid = ((rows[:, 2] & 15) == 1) & np.isin(rows[:, 3], _IP_IN_IP)
    return _accept(payloads.advance(size, kinds.IP, 9), valid)


def _accept(inner: Frames, valid: NDArray[np.bool_]) -> Frames:
    """Return the frames whose tunnel header is valid and not cut off; others are no tunnel."""
    return inner.take(valid & (inner.kind < kinds.FIRST_FAILURE))


def _exact(data: NDArray[np.uint8], inner: Frames) -> Frames:
    """Return the frames that hold exactly the one IP packet that their header announces."""
    rows = gather(data, inner.start, 6)
    version = rows[:, 0] >> 4
    total = np.where(version == 4, big16(rows, 2), big16(rows, 4) + 40)
    bubble = (version == 6) & (total == 40)
    fits = (total == inner.end - inner.start) | bubble
    return inner.take(((version == 4) | (version == 6)) & fits)


_UDP_TUNNELS: Final[dict[int, Opener]] = {
    2152: _gtp,
    2123: _gtp,
    3544: _teredo,
    4789: _vxlan,
    5072: _ayiya,
    6081: _geneve,
}
TUNNEL_PORTS: Final = tuple(_UDP_TUNNELS)
