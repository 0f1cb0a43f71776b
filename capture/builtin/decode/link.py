"""Link layers: from the frame of any supported link type to the IP packet in it.

Each layer is a function from frames that begin with its header to the frames behind it, told what
those begin with; ``peel`` applies them until nothing but IP is left. The layers and what counts as
cut off follow Zeek 7.0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.frames import Frames, big16, byte, join
from capture.builtin.decode.names import OTHER_ETHERTYPES, count_skipped, describe
from capture.builtin.files.gather import gather

Layer = Callable[[NDArray[np.uint8], Frames], Frames]

_PPPOE: Final = 0x8864  # the EtherType of sessions
# LINKTYPE_ values of https://www.tcpdump.org/linktypes.html
LINK_TYPES: Final = {
    0: kinds.LOOPBACK,
    1: kinds.ETHERNET,
    9: kinds.PPP_SERIAL,
    10: kinds.FDDI,
    12: kinds.IP,
    14: kinds.IP,
    50: kinds.PPP_SERIAL,
    51: _PPPOE,
    101: kinds.IP,
    104: kinds.CISCO_HDLC,
    105: kinds.WIRELESS,
    108: kinds.LOOPBACK,
    113: kinds.LINUX_COOKED,
    127: kinds.RADIOTAP,
    192: kinds.PACKET_INFORMATION,
    226: kinds.SOLARIS_IPNET,
    228: kinds.IP,
    229: kinds.IP,
    239: kinds.NETFILTER_LOG,
    258: kinds.PACKET_TAP,
    276: kinds.LINUX_COOKED_2,
}
# Link type -> what its frames begin with, -1 for those not known, the last one among them.
_KINDS: Final = np.full(max(LINK_TYPES) + 2, -1, np.int32)
_KINDS[list(LINK_TYPES)] = list(LINK_TYPES.values())
# Address families of the loopback header: AF_INET, and AF_INET6 of Linux, the BSDs and macOS.
_FAMILIES: Final = (2, 10, 24, 28, 30)
_MOST_LAYERS: Final = 24
_SNAP_HEADER: Final = np.array([0xAA, 0xAA, 3, 0, 0, 0], np.uint8)
VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100)


def peel(
    data: NDArray[np.uint8], frames: Frames, skipped: Counter[str], ethertypes: Counter[int]
) -> Frames:
    """Return the frames that hold IP, at the IP header, in the order of their records.

    The others are counted: by reason in ``skipped``, and by EtherType where they have one.
    """
    found: list[Frames] = []
    for _ in range(_MOST_LAYERS):
        remaining: list[Frames] = []
        for kind, number in _counts(frames):
            if kind == kinds.IP:
                found.append(_of_kind(frames, kind, number))
            elif kind in _LAYERS:
                remaining.append(_LAYERS[kind](data, _of_kind(frames, kind, number)))
            else:
                _count(kind, number, skipped, ethertypes)
        if not remaining:
            return _in_order(found, frames)
        frames = join(remaining)
    skipped["link-layer headers nested too deeply"] += len(frames)
    return _in_order(found, frames)


def link_kinds(link_type: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return what frames of the link types begin with, -1 for those not known."""
    known = (link_type >= 0) & (link_type < len(_KINDS))
    return _KINDS[np.where(known, link_type, -1)]


def is_layer(kind: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which kinds are layers that can be peeled off, or IP."""
    return np.isin(kind, (kinds.IP, *_LAYERS))


def _counts(frames: Frames) -> list[tuple[int, int]]:
    """Return the kinds that there are and how many frames begin with each."""
    numbers = np.bincount(frames.kind, minlength=kinds.KINDS)
    present = np.flatnonzero(numbers)
    return list(zip(present.tolist(), numbers[present].tolist(), strict=True))


def _of_kind(frames: Frames, kind: int, number: int) -> Frames:
    return frames if number == len(frames) else frames.take(np.flatnonzero(frames.kind == kind))


def _in_order(found: list[Frames], frames: Frames) -> Frames:
    """Return all frames found in the order of their records; none means none of ``frames``."""
    if not found:
        return frames.take(np.zeros(len(frames), np.bool_))
    merged = join(found)
    if (np.diff(merged.record) >= 0).all():
        return merged
    return merged.take(np.argsort(merged.record, kind="stable"))


def _count(kind: int, number: int, skipped: Counter[str], ethertypes: Counter[int]) -> None:
    count_skipped(skipped, describe(kind), OTHER_ETHERTYPES, number)
    if kind < kinds.IP:
        ethertypes[kind] += number


def ethertype_kind(ethertype: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return EtherTypes as kinds: both IP versions are one, the header tells them apart."""
    kind = ethertype.copy()
    kind[(ethertype == 0x0800) | (ethertype == 0x86DD)] = kinds.IP
    return kind


def _ethernet(data: NDArray[np.uint8], frames: Frames) -> Frames:
    ethertype = big16(gather(data, frames.start, 14), 12)
    kind = ethertype_kind(ethertype)
    fabric = ethertype == kinds.FABRIC_PATH
    kind[fabric] = kinds.ETHERNET
    kind[ethertype <= 1500] = kinds.LLC
    # Zeek takes an Ethernet frame of 16 bytes or fewer for cut off.
    return frames.advance(np.where(fabric, 16, 14), kind, 17)


def _llc(data: NDArray[np.uint8], frames: Frames) -> Frames:
    access = big16(gather(data, frames.start, 2), 0)
    return frames.advance(0, np.where(access == 0xAAAA, kinds.SNAP, kinds.NOT_IP_LLC), 2)


def _snap(data: NDArray[np.uint8], frames: Frames) -> Frames:
    rows = gather(data, frames.start, 9)
    # An unnumbered frame has a control field of one byte, any other one of two.
    short = (rows[:, 2] & 3) == 3
    oui_and_type = np.where(short[:, None], rows[:, 3:8], rows[:, 4:9])
    kind = ethertype_kind(big16(oui_and_type, 3))
    kind[(oui_and_type[:, :3] != 0).any(axis=1)] = kinds.NOT_IP_SNAP
    return frames.advance(np.where(short, 8, 9), kind, 9)


def _vlan(data: NDArray[np.uint8], frames: Frames) -> Frames:
    ethertype = big16(gather(data, frames.start, 4), 2)
    kind = ethertype_kind(ethertype)
    kind[ethertype <= 1500] = kinds.LLC
    return frames.advance(4, kind, 5)


def _backbone(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip the service tag of provider backbone bridging (802.1ah); an Ethernet frame follows."""
    return frames.advance(4, kinds.ETHERNET, 19)


def _vn_tag(data: NDArray[np.uint8], frames: Frames) -> Frames:
    return frames.advance(6, ethertype_kind(big16(gather(data, frames.start, 6), 4)), 7)


def _mpls(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Pop one label; as in RFC 3032 what follows the last one is taken for IP."""
    last = (gather(data, frames.start, 4)[:, 2] & 1) == 1
    return frames.advance(4, np.where(last, kinds.IP, 0x8847), 5)


def _pppoe(data: NDArray[np.uint8], frames: Frames) -> Frames:
    return frames.advance(6, kinds.PPP, 9)


def _ppp_serial(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip the address and control bytes FF 03 of HDLC-like framing, which may be left out."""
    framed = gather(data, frames.start, 1)[:, 0] == 0xFF
    return frames.advance(np.where(framed, 2, 0), kinds.PPP, 3)


def _ppp(data: NDArray[np.uint8], frames: Frames) -> Frames:
    protocol = big16(gather(data, frames.start, 2), 0)
    kind = np.full(len(frames), kinds.NOT_IP_PPP, np.int32)
    kind[(protocol == 0x0021) | (protocol == 0x0057)] = kinds.IP
    kind[protocol == 0x0281] = 0x8847
    return frames.advance(2, kind, 3)


def _cisco_hdlc(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip address and control; what follows is told by EtherTypes."""
    return frames.advance(4, ethertype_kind(big16(gather(data, frames.start, 4), 2)), 5)


def _solaris_ipnet(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip zones and interfaces (draft of the header: PSARC 2007/387)."""
    return frames.advance(24, kinds.IP, 25)


def _packet_information(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip the fields of PPI, which wireless tools write, up to a frame of another link type."""
    rows = gather(data, frames.start, 8)
    length = rows[:, 2:4].copy().view("<u2")[:, 0].astype(np.int64)
    return frames.advance(np.maximum(length, 8), _kinds_of(rows, 4), 9)


def _packet_tap(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip what macOS tells of process and interface, up to a frame of another link type."""
    rows = gather(data, frames.start, 12)
    length = rows[:, :4].copy().view("<u4")[:, 0].astype(np.int64)
    return frames.advance(np.maximum(length, 12), _kinds_of(rows, 8), 13)


def _kinds_of(rows: NDArray[np.uint8], at: int) -> NDArray[np.int32]:
    """Return what frames begin with whose link type stands in a header, little-endian."""
    link_type = rows[:, at : at + 4].copy().view("<u4")[:, 0].astype(np.int64)
    kind = link_kinds(link_type)
    return np.where(kind < 0, kinds.OTHER_LINK_TYPE, kind).astype(np.int32)


def _linux_cooked(data: NDArray[np.uint8], frames: Frames) -> Frames:
    kind = ethertype_kind(big16(gather(data, frames.start, 16), 14))
    return frames.advance(16, _cooked_kind(kind), 17)


def _linux_cooked_2(data: NDArray[np.uint8], frames: Frames) -> Frames:
    kind = ethertype_kind(big16(gather(data, frames.start, 2), 0))
    return frames.advance(20, _cooked_kind(kind), 21)


def _cooked_kind(kind: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return kinds with 4, Linux's number for frames with an 802.2 LLC header, replaced."""
    return np.where(kind == 4, kinds.LLC, kind).astype(np.int32)


def _loopback(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Read the address family, in the byte order of the capturing host or (OpenBSD) big-endian."""
    rows = gather(data, frames.start, 4)
    family = np.maximum(rows[:, 0], rows[:, 3])
    known = np.isin(family, _FAMILIES) & (rows[:, 1] == 0) & (rows[:, 2] == 0)
    return frames.advance(4, np.where(known, kinds.IP, kinds.NOT_IP_FAMILY), 5)


def _fddi(data: NDArray[np.uint8], frames: Frames) -> Frames:
    return frames.advance(13, kinds.LLC, 22)


def _radiotap(data: NDArray[np.uint8], frames: Frames) -> Frames:
    rows = gather(data, frames.start, 4)
    length = rows[:, 2].astype(np.int64) | rows[:, 3].astype(np.int64) << 8
    return frames.advance(length, np.where(length < 4, kinds.BAD_LINK_HEADER, kinds.WIRELESS), 4)


def _wireless(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip the header of IEEE 802.11; data frames in the clear hold one LLC header or more."""
    rows = gather(data, frames.start, 31)
    control, flags = byte(rows, 0), byte(rows, 1)
    is_data = ((control & 0x0C) == 0x08) & ((control & 0x40) == 0)
    length = 24 + 6 * ((flags & 3) == 3)
    quality = (control & 0x80) != 0
    several = quality & (rows[np.arange(len(rows)), length] & 0x80 != 0)
    length += 2 * quality
    kind = np.where(is_data, np.where(several, kinds.AGGREGATE, kinds.LLC), kinds.NOT_DATA)
    # Some programs that decrypt frames leave the mark that they are protected.
    plain = (gather(data, frames.start + length, 6) == _SNAP_HEADER).all(axis=1) & ~quality
    kind[is_data & ((flags & 0x40) != 0) & ~plain] = kinds.ENCRYPTED
    return frames.advance(np.where(is_data, length, 0), kind.astype(np.int32), 2)


def _aggregate(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Split the first subframe off an A-MSDU (IEEE 802.11, 9.3.2.2); each is padded to 4 bytes."""
    size = 14 + big16(gather(data, frames.start, 14), 12).astype(np.int64)
    first = frames.advance(14, kinds.LLC, 15).until(frames.start + size)
    padded = size + (-size % 4)
    others = np.flatnonzero(frames.start + padded < frames.captured)
    return join([first, frames.take(others).advance(padded[others], kinds.AGGREGATE, 14)])


def _netfilter_log(data: NDArray[np.uint8], frames: Frames) -> Frames:
    """Skip type-length-value fields up to the payload (type 9), one frame after another."""
    length = np.zeros(len(frames), np.int64)
    kind = np.full(len(frames), kinds.BAD_LINK_HEADER, np.int32)
    for row, (start, captured) in enumerate(zip(frames.start, frames.captured, strict=True)):
        payload = _netfilter_payload(data[start:captured].tobytes())
        if payload is not None:
            length[row], kind[row] = payload, kinds.IP
    return frames.advance(length, kind, 4)


def _netfilter_payload(frame: bytes) -> int | None:
    """Return where the payload of a frame of netfilter's log begins; None if it has none.

    The fields are in the byte order of the host that captured, taken to be little-endian.
    """
    position = 4
    while position + 4 <= len(frame):
        size = int.from_bytes(frame[position : position + 2], "little")
        if int.from_bytes(frame[position + 2 : position + 4], "little") & 0x7FFF == 9:
            return position + 4
        if size < 4:
            return None
        position += size + (-size % 4)
    return None


_LAYERS: Final[dict[int, Layer]] = {
    kinds.ETHERNET: _ethernet,
    kinds.LLC: _llc,
    kinds.SNAP: _snap,
    kinds.LINUX_COOKED: _linux_cooked,
    kinds.LINUX_COOKED_2: _linux_cooked_2,
    kinds.LOOPBACK: _loopback,
    kinds.WIRELESS: _wireless,
    kinds.RADIOTAP: _radiotap,
    kinds.AGGREGATE: _aggregate,
    kinds.PPP: _ppp,
    kinds.PPP_SERIAL: _ppp_serial,
    kinds.NETFILTER_LOG: _netfilter_log,
    kinds.FDDI: _fddi,
    kinds.CISCO_HDLC: _cisco_hdlc,
    kinds.SOLARIS_IPNET: _solaris_ipnet,
    kinds.PACKET_INFORMATION: _packet_information,
    kinds.PACKET_TAP: _packet_tap,
    **dict.fromkeys(VLAN_TAGS, _vlan),
    0x8847: _mpls,
    _PPPOE: _pppoe,
    0x880B: _ppp,
    0x88E7: _backbone,
    0x8926: _vn_tag,
}
