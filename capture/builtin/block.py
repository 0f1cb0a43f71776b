"""Packets of one block of a capture as a struct of arrays: what the decoder gives to the flows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PacketBlock:
    """Decoded IP packets in capture order; every array but two has one entry a packet.

    Addresses are two big-endian 64-bit halves, IPv4 as ``::ffff:a.b.c.d``. Lengths are in bytes.
    ``ip_length`` is the IP packet's own length field, header included (IPv6: 40 + payload length);
    ``payload_length`` what the headers say follows the transport header, ``payload_captured`` how
    much of it the capture holds, at ``payload_offset`` in ``data``. For ICMP, ``source_port`` is
    the type and ``destination_port`` the code. Fields that a protocol lacks are 0.
    Network time, by which Zeek's timers run, is the latest time stamp of all frames so far, also of
    those that hold no IP packet; it never falls.
    """

    data: NDArray[np.uint8]
    clock_ns: NDArray[np.int64]  # network time after each frame of the block, IP or not
    number: NDArray[np.int64]  # packet number in the file, from 1
    time_ns: NDArray[np.int64]  # nanoseconds since the Unix epoch
    network_time_ns: NDArray[np.int64]  # network time when the packet came
    frame_length: NDArray[np.int32]  # on the wire, link-layer header included
    ip_version: NDArray[np.uint8]
    protocol: NDArray[np.uint8]  # IP protocol number of the transport layer
    source: NDArray[np.uint64]  # shape (n, 2)
    destination: NDArray[np.uint64]  # shape (n, 2)
    source_port: NDArray[np.uint16]
    destination_port: NDArray[np.uint16]
    ip_length: NDArray[np.int32]
    time_to_live: NDArray[np.uint8]
    payload_offset: NDArray[np.int64]
    payload_length: NDArray[np.int32]
    payload_captured: NDArray[np.int32]
    tcp_sequence: NDArray[np.uint32]
    tcp_acknowledgement: NDArray[np.uint32]
    tcp_flags: NDArray[np.uint8]  # FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128
    tcp_window: NDArray[np.uint16]
    tcp_header_length: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of packets."""
        return len(self.time_ns)

    def split(self, entry: int) -> tuple[PacketBlock, PacketBlock]:
        """Return the packets before an entry, of which there is one at least, and the others."""
        clock = int(np.searchsorted(self.clock_ns, self.network_time_ns[entry - 1])) + 1
        return self._part(slice(entry), slice(clock)), self._part(
            slice(entry, None), slice(clock, None)
        )

    def _part(self, entries: slice, clock: slice) -> PacketBlock:
        columns = {
            field.name: getattr(self, field.name)[entries]
            for field in fields(self)
            if field.name not in _OF_THE_BLOCK
        }
        return PacketBlock(data=self.data, clock_ns=self.clock_ns[clock], **columns)


_OF_THE_BLOCK: Final = ("data", "clock_ns")
