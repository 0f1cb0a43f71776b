"""Builds packet blocks by hand, for tests of what comes after the decoder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.connection import Connection
from capture.builtin.flows.limits import Limits
from capture.builtin.flows.tracker import FlowTracker
from capture.builtin.log_rows import LogRows
from capture.builtin.log_tables import LogTables
from tests.capture.builtin.found_tables import table_of

SECOND = 10**9
_LONG_AGO = -(2**63)
_NO_PACKET = -1
START = 1_700_000_000 * SECOND
CLIENT = "10.0.0.1"
SERVER = "192.0.2.7"

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}


@dataclass(frozen=True)
class Packet:
    """One packet; ``at`` in seconds after START."""

    at: float
    source: str
    source_port: int
    destination: str
    destination_port: int
    protocol: int = 6
    flags: str = ""
    sequence: int = 0
    acknowledgement: int = 0
    payload: bytes = b""
    captured: int | None = None  # bytes of the payload in the capture, all unless given
    window: int = 1000


class Dialogue:
    """Writes the packets of one TCP connection; sequence numbers count from 0 at each SYN."""

    def __init__(
        self,
        client_port: int = 40000,
        server_port: int = 443,
        client: str = CLIENT,
        server: str = SERVER,
        client_start: int = 1000,
        server_start: int = 5000,
    ) -> None:
        self._ends = ((client, client_port), (server, server_port))
        self._starts = (client_start, server_start)
        self.packets: list[Packet] = []

    def client(self, at: float, flags: str, sequence: int = 0, ack: int = 0, **more: Any) -> None:
        self._send(0, at, flags, sequence, ack, **more)

    def server(self, at: float, flags: str, sequence: int = 0, ack: int = 0, **more: Any) -> None:
        self._send(1, at, flags, sequence, ack, **more)

    def handshake(self, at: float = 0.0) -> None:
        self.client(at, "S")
        self.server(at + 0.01, "SA", 0, 1)
        self.client(at + 0.02, "A", 1, 1)

    def _send(self, end: int, at: float, flags: str, sequence: int, ack: int, **more: Any) -> None:
        has_ack = "A" in flags
        self.packets.append(
            Packet(
                at,
                *self._ends[end],
                *self._ends[1 - end],
                flags=flags,
                sequence=(self._starts[end] + sequence) % 2**32,
                acknowledgement=(self._starts[1 - end] + ack) % 2**32 if has_ack else 0,
                **more,
            )
        )


def udp(
    at: float,
    source: tuple[str, int],
    destination: tuple[str, int],
    payload: bytes = b"x",
    captured: int | None = None,
) -> Packet:
    """Return a UDP packet."""
    return Packet(at, *source, *destination, protocol=17, payload=payload, captured=captured)


def icmp(at: float, source: str, destination: str, kind: int, code: int = 0) -> Packet:
    """Return an ICMP packet with eight bytes of payload."""
    return Packet(at, source, kind, destination, code, protocol=1, payload=bytes(8))


def other_frame(at: float) -> Packet:
    """Return what stands for a frame without an IP packet: it moves network time on."""
    return Packet(at, "", 0, "", 0, protocol=_NO_PACKET)


def block(
    frames: Sequence[Packet], first_number: int = 1, network_time: int = _LONG_AGO
) -> PacketBlock:
    """Return a block of the frames, which begins at that network time."""
    stamps = [START + round(frame.at * SECOND) for frame in frames]
    clock = np.maximum(np.maximum.accumulate(stamps), network_time)
    rows = [row for row, frame in enumerate(frames) if frame.protocol != _NO_PACKET]
    packets = [frames[row] for row in rows]
    offsets = np.cumsum([0, *(len(packet.payload) for packet in packets)])
    columns: dict[str, Any] = {
        "clock_ns": clock,
        "number": [first_number + row for row in rows],
        "time_ns": [stamps[row] for row in rows],
        "network_time_ns": clock[rows],
        "frame_length": [14 + _ip_length(packet) for packet in packets],
        "ip_version": [6 if ":" in packet.source else 4 for packet in packets],
        "protocol": [packet.protocol for packet in packets],
        "source": [_halves(packet.source) for packet in packets],
        "destination": [_halves(packet.destination) for packet in packets],
        "source_port": [packet.source_port for packet in packets],
        "destination_port": [packet.destination_port for packet in packets],
        "ip_length": [_ip_length(packet) for packet in packets],
        "time_to_live": [64 for _ in packets],
        "payload_offset": offsets[:-1],
        "payload_length": [len(packet.payload) for packet in packets],
        "payload_captured": [_captured(packet) for packet in packets],
        "tcp_sequence": [packet.sequence for packet in packets],
        "tcp_acknowledgement": [packet.acknowledgement for packet in packets],
        "tcp_flags": [sum(FLAGS[letter] for letter in packet.flags) for packet in packets],
        "tcp_window": [packet.window for packet in packets],
        "tcp_header_length": [20 for _ in packets],
    }
    data = np.frombuffer(b"".join(packet.payload for packet in packets) + b"\0", dtype=np.uint8)
    arrays = {name: np.array(values, dtype=_TYPES[name]) for name, values in columns.items()}
    for name in ("source", "destination"):
        arrays[name] = arrays[name].reshape(-1, 2)
    return PacketBlock(data=data, **arrays)


_TYPES = {
    "clock_ns": np.int64,
    "number": np.int64,
    "time_ns": np.int64,
    "network_time_ns": np.int64,
    "frame_length": np.int32,
    "ip_version": np.uint8,
    "protocol": np.uint8,
    "source": np.uint64,
    "destination": np.uint64,
    "source_port": np.uint16,
    "destination_port": np.uint16,
    "ip_length": np.int32,
    "time_to_live": np.uint8,
    "payload_offset": np.int64,
    "payload_length": np.int32,
    "payload_captured": np.int32,
    "tcp_sequence": np.uint32,
    "tcp_acknowledgement": np.uint32,
    "tcp_flags": np.uint8,
    "tcp_window": np.uint16,
    "tcp_header_length": np.uint8,
}


def _ip_length(packet: Packet) -> int:
    header = {6: 40, 17: 28, 1: 28}.get(packet.protocol, 20)
    return header + len(packet.payload)


def _captured(packet: Packet) -> int:
    return len(packet.payload) if packet.captured is None else packet.captured


def _halves(address: str) -> tuple[int, int]:
    from ipaddress import IPv4Address, ip_address

    parsed = ip_address(address)
    number = int(parsed)
    if isinstance(parsed, IPv4Address):
        number |= 0xFFFF << 32
    return number >> 64, number & (2**64 - 1)


def blocks(packets: Sequence[Packet], size: int) -> Iterable[PacketBlock]:
    """Yield the packets in blocks of a size."""
    network_time = _LONG_AGO
    for begin in range(0, len(packets), size):
        part = block(packets[begin : begin + size], begin + 1, network_time)
        yield part
        network_time = int(part.clock_ns[-1])


def track(
    packets: Sequence[Packet], size: int = 1 << 16, limits: Limits | None = None
) -> FlowTracker:
    """Return a tracker that was fed the packets in blocks of a size."""
    return _fed(LogTables(), packets, size, limits)


def logged(
    packets: Sequence[Packet], size: int = 1 << 16, limits: Limits | None = None
) -> LogTables:
    """Return the logs of the packets, which come in blocks of a size."""
    logs = LogTables()
    _fed(logs, packets, size, limits).finish()
    return logs


def _fed(
    logs: LogTables, packets: Sequence[Packet], size: int, limits: Limits | None
) -> FlowTracker:
    tracker = FlowTracker(LogRows(logs.add), limits=limits)
    for part in blocks(packets, size):
        tracker.feed(part)
    return tracker


def connections(packets: Sequence[Packet], size: int = 1 << 16) -> list[dict[str, Any]]:
    """Return the rows of the conn table."""
    return table_of(logged(packets, size), "conn").to_dicts()


def connection(packets: Sequence[Packet]) -> dict[str, Any]:
    """Return the only row of the conn table."""
    (row,) = connections(packets)
    return row


EXAMPLE = Connection("CtestAAAAAAAAAAAA", CLIENT, 40000, SERVER, 443, "tcp")
