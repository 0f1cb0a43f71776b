"""Decoded packets of one block, before they are put into the order of the capture."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode.ip import IpPackets
from capture.builtin.decode.transport import Transport


@dataclass(frozen=True)
class Packets:
    """What headers say, as in ``PacketBlock``; ``record`` is where in the block a packet came."""

    record: NDArray[np.int64]
    ip_version: NDArray[np.uint8]
    protocol: NDArray[np.uint8]
    source: NDArray[np.uint64]
    destination: NDArray[np.uint64]
    ip_length: NDArray[np.int32]
    time_to_live: NDArray[np.uint8]
    source_port: NDArray[np.uint16]
    destination_port: NDArray[np.uint16]
    payload_offset: NDArray[np.int64]
    payload_length: NDArray[np.int32]
    payload_captured: NDArray[np.int32]
    tcp_sequence: NDArray[np.uint32]
    tcp_acknowledgement: NDArray[np.uint32]
    tcp_flags: NDArray[np.uint8]
    tcp_window: NDArray[np.uint16]
    tcp_header_length: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of packets."""
        return len(self.record)


def describe(packets: IpPackets, transport: Transport) -> Packets:
    """Return what the headers of both layers say."""
    return Packets(
        record=packets.record,
        ip_version=packets.version,
        protocol=packets.protocol,
        source=packets.source,
        destination=packets.destination,
        ip_length=packets.length,
        time_to_live=packets.time_to_live,
        **{each.name: getattr(transport, each.name) for each in fields(transport)},
    )


def merge(parts: list[Packets]) -> Packets:
    """Return the packets of one part or more in order of record, those of one record by part."""
    filled = [each for each in parts if len(each)] or parts[:1]
    if len(filled) == 1:
        return filled[0]
    joined = {
        each.name: np.concatenate([getattr(part, each.name) for part in filled])
        for each in fields(Packets)
    }
    record = joined["record"]
    if (record[1:] < record[:-1]).any():
        order = np.argsort(record, kind="stable")
        joined = {name: values.take(order, axis=0) for name, values in joined.items()}
    return Packets(**joined)
