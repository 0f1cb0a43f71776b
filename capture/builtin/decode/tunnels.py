"""Tunnels that Zeek 7.0 opens by default: the frames within IP-in-IP, GRE and UDP tunnels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.exact import accept, holds_one_packet
from capture.builtin.decode.frames import Frames, big16, byte, join
from capture.builtin.decode.ip import IpPackets
from capture.builtin.decode.link import ethertype_kind, is_layer
from capture.builtin.decode.teredo import looks_like_teredo, open_teredo
from capture.builtin.files.gather import gather
from capture.builtin.flows.ports import likely_udp_server

# Zeek's Tunnel::max_depth
_MOST_TUNNELS: Final = 2
_IP_IN_IP: Final = (4, 41)
_GRE: Final = 47
_PPP_IP: Final = (0x0021, 0x0057)  # PPP's numbers for IPv4 and IPv6
AYIYA_MARK: Final = 0x5211  # what Zeek knows AYIYA by: a signature of 20 bytes, SHA-1, forward

Opener = Callable[[NDArray[np.uint8], Frames], Frames]


def is_tunnel(protocol: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which IP protocol numbers are tunnels without ports: IP-in-IP, 6in4, 4in6 and GRE."""
    return np.isin(protocol, (*_IP_IN_IP, _GRE))


def open_ip_tunnels(data: NDArray[np.uint8], packets: IpPackets) -> Frames:
    """Return what the packets of these protocols hold, one frame a packet."""
    gre = packets.protocol == _GRE
    version = np.where(packets.protocol == 4, 4, 6)
    frames = Frames(
        start=packets.payload,
        captured=packets.captured,
        end=packets.end,
        record=packets.record,
        kind=np.full(len(packets), kinds.IP, np.int32),
        depth=packets.depth,
    )
    inner = _only_whole(data, frames.take(~gre), version[~gre])
    if gre.any():
        inner = join([inner, _gre(data, frames.take(gre))])
        inner = inner.take(np.argsort(inner.record, kind="stable"))
    deep = inner.depth >= _MOST_TUNNELS
    return replace(
        inner,
        kind=np.where(deep, kinds.TOO_DEEP, inner.kind).astype(np.int32),
        depth=inner.depth + np.uint8(1),
    )


def _only_whole(data: NDArray[np.uint8], inner: Frames, version: NDArray[np.int64]) -> Frames:
    """Return the frames, a failure where not just one packet of that IP version is in them."""
    whole = holds_one_packet(data, inner, version) | (inner.kind != kinds.IP)
    return replace(inner, kind=np.where(whole, inner.kind, kinds.BAD_INNER).astype(np.int32))


def _gre(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip GRE (RFC 2784, 2890) and ERSPAN headers; the frames lose their order."""
    rows = gather(data, frames.start, 36)
    flags, protocol = big16(rows, 0), big16(rows, 2)
    length, kind = _gre_content(rows, flags, protocol)
    first = gather(data, frames.start + length, 1)[:, 0]
    # Zeek takes IP for IP under whatever number.
    kind[np.isin(first >> 4, (4, 6)) & ~is_layer(kind)] = kinds.IP
    bad = ((flags & 7) > 1) | ((flags & 0x4078) != 0)
    kind[bad] = kinds.BAD_LINK_HEADER
    enhanced = ((flags & 7) == 1) & ~bad
    plain = frames.take(~enhanced).advance(length[~enhanced], kind[~enhanced], 4)
    tunnels = frames.take(enhanced)
    return join([plain, _point_to_point(data, tunnels, length[enhanced], protocol[enhanced])])


def _gre_content(
    rows: NDArray[np.uint8], flags: NDArray[np.int32], protocol: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the lengths of GRE and ERSPAN headers, and what follows them.

    Wireless controllers by Aruba send IEEE 802.11 frames under numbers of their own.
    """
    length = 4 + 4 * sum(
        ((flags & bit) != 0).astype(np.int64) for bit in (0x8000, 0x2000, 0x1000, 0x0080)
    )
    kind = ethertype_kind(protocol)
    kind[protocol == 0x88BE] = kinds.ETHERNET
    length += np.where((protocol == 0x88BE) & ((flags & 0x1000) != 0), 8, 0)
    kind[((protocol & 0x820F) == 0x8200) | (protocol == 0x9000)] = kinds.WIRELESS
    third = protocol == 0x22EB
    kind[third] = kinds.ETHERNET
    marks = rows[np.arange(len(rows)), np.minimum(length + 11, 35)]
    length += np.where(third, 12 + 8 * (marks & 1), 0)
    return length, kind


def _point_to_point(
    data: NDArray[np.uint8],
    frames: Frames,
    length: NDArray[np.int64],
    protocol: NDArray[np.int32],
) -> Frames:
    """Skip enhanced GRE of PPTP (RFC 2637), and a PPP header that repeats address and control."""
    within = big16(gather(data, frames.start + length + 2, 2), 0)
    is_ip = (protocol == 0x880B) & np.isin(within, _PPP_IP)
    inner = frames.advance(length + 4, np.where(is_ip, kinds.IP, kinds.NOT_IP_PPP), 4)
    return _only_whole(data, inner, np.where(within == _PPP_IP[0], 4, 6))


def open_udp_tunnels(
    data: NDArray[np.uint8],
    payloads: Frames,
    source_port: NDArray[np.uint16],
    destination_port: NDArray[np.uint16],
) -> Frames:
    """Return what UDP payloads hold that are tunnels by port and header, fewer than given.

    As in Zeek the server's port decides; on others Teredo and AYIYA are known by their headers.
    """
    shallow = payloads.depth < _MOST_TUNNELS
    server = _server_port(source_port, destination_port)
    found = []
    known = ~shallow
    for port, opener in _UDP_TUNNELS.items():
        serves = (server == port) & shallow
        if serves.any():
            found.append(opener(data, payloads.take(serves)))
            known |= serves
    found += _tunnels_elsewhere(data, payloads.take(~known))
    inner = join(found)
    inner = inner.take(np.argsort(inner.record, kind="stable"))
    return replace(inner, depth=inner.depth + np.uint8(1))


def _server_port(source: NDArray[np.uint16], destination: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return the port of the end that Zeek takes for the server, going by this packet alone."""
    replies = likely_udp_server(source) & ~likely_udp_server(destination)
    return np.where(replies, source, destination)


def _tunnels_elsewhere(data: NDArray[np.uint8], payloads: Frames) -> list[Frames]:
    """Open what looks like Teredo or AYIYA; peers of Teredo choose their ports."""
    teredo = looks_like_teredo(data, payloads)
    mark = big16(gather(data, payloads.start + 1, 2), 0) == AYIYA_MARK
    mark &= ~teredo & (payloads.captured - payloads.start >= 3)
    return [open_teredo(data, payloads.take(teredo)), _ayiya(data, payloads.take(mark))]


def _vxlan(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    rows = gather(data, payloads.start, 8)
    return accept(payloads.advance(8, kinds.ETHERNET, 9), (rows[:, 0] & 0x08) != 0)


def _geneve(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    rows = gather(data, payloads.start, 8)
    kind = ethertype_kind(big16(rows, 2))
    valid = (rows[:, 0] < 0x40) & ((kind == kinds.ETHERNET) | (kind == kinds.IP))
    options = (rows[:, 0] & 0x3F).astype(np.int64) * 4
    return accept(payloads.advance(8 + options, kind, 8), valid)


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
    inner = accept(payloads.advance(length, kinds.IP, 8), valid & (following == 0))
    return inner.take(holds_one_packet(data, inner))


def _ayiya(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    """Skip identity and signature (draft-massar-v6ops-ayiya)."""
    rows = gather(data, payloads.start, 4)
    # Zeek keeps the size of the identity in one byte.
    size = 8 + (1 << (byte(rows, 0) >> 4) & 0xFF) + (byte(rows, 1) >> 4) * 4
    valid = ((rows[:, 2] & 15) == 1) & np.isin(rows[:, 3], _IP_IN_IP)
    return accept(payloads.advance(size, kinds.IP, 9), valid)


_UDP_TUNNELS: Final[dict[int, Opener]] = {
    2152: _gtp,
    2123: _gtp,
    3544: open_teredo,
    4789: _vxlan,
    5072: _ayiya,
    6081: _geneve,
}
TUNNEL_PORTS: Final = tuple(_UDP_TUNNELS)
