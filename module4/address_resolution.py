"""ARP and RARP: the frames without IP that name two IP addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.files.gather import gather
from capture.builtin.files.records import Records
from capture.builtin.flows.runs import Indices

ETHERTYPES: Final = (0x0806, 0x8035)
LENGTH: Final = 28  # of a message about IPv4 addresses and Ethernet
# By link type: where the EtherType stands, and where the message begins.
_PLACES: Final = {1: (12, 14), 113: (14, 16), 276: (0, 20)}
_VLAN: Final = 0x8100
_TAG: Final = 4
_IPV4_OVER_ETHERNET: Final = np.array([0, 1, 8, 0, 6, 4], np.uint8)
_NOTHING: Final = (np.empty(0, np.int64),) * 3
_SENDER, _TARGET = 14, 24
_MAPPED_IPV4: Final = np.uint64(0xFFFF << 32)


@dataclass(frozen=True)
class Resolutions:
    """One entry a frame; addresses have shape (n, 2) as in ``PacketBlock``."""

    ethertype: NDArray[np.int64]
    time_ns: NDArray[np.int64]
    sender: NDArray[np.uint64]
    target: NDArray[np.uint64]


def resolutions(records: Records) -> Resolutions:
    """Return the ARP and RARP messages on Ethernet, in one VLAN at most, and on Linux cooked."""
    present = [item for item in _PLACES.items() if (records.link_type == item[0]).any()]
    found = [_of_link_type(records, *item) for item in present] or [_NOTHING]
    record, start, ethertype = (np.concatenate(columns) for columns in zip(*found, strict=True))
    message = gather(records.data, start, LENGTH)
    sound = (message[:, :6] == _IPV4_OVER_ETHERNET).all(axis=1)
    sound &= start + LENGTH <= (records.offset + records.captured)[record]
    record, ethertype, message = record[sound], ethertype[sound], message[sound]
    sender, target = _address(message, _SENDER), _address(message, _TARGET)
    return Resolutions(ethertype, records.time_ns[record], sender, target)


def _of_link_type(
    records: Records, link_type: int, places: tuple[int, int]
) -> tuple[Indices, Indices, NDArray[np.int64]]:
    """Return the record, the beginning of the message and the EtherType of each."""
    ethertype_at, message_at = places
    of_type = records.link_type == link_type
    record = np.flatnonzero(of_type & (records.captured >= message_at + LENGTH))
    start = records.offset[record]
    ethertype = _big16(records.data, start + ethertype_at)
    tagged = ethertype == _VLAN
    start = start + np.where(tagged, _TAG, 0)
    ethertype[tagged] = _big16(records.data, start[tagged] + ethertype_at)
    wanted = (ethertype == ETHERTYPES[0]) | (ethertype == ETHERTYPES[1])
    return record[wanted], start[wanted] + message_at, ethertype[wanted]


def _big16(data: NDArray[np.uint8], start: Indices) -> NDArray[np.int64]:
    value: NDArray[np.int64] = data[start].astype(np.int64) << 8 | data[start + 1]
    return value


def _address(message: NDArray[np.uint8], at: int) -> NDArray[np.uint64]:
    lower = message[:, at : at + 4].copy().view(">u4")[:, 0].astype(np.uint64) | _MAPPED_IPV4
    return np.stack([np.zeros_like(lower), lower], axis=1)
