"""Captures of a few hand-made packets, and a network of many small ones to train on."""

from __future__ import annotations

import csv
import struct
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import polars as pl

from module4.features import conversation_table, conversations_of_capture
from module4.templates import Templates

from ..capture.builtin.decode.packet_bytes import ethernet, ipv4, tcp
from ..capture.builtin.files.capture_bytes import Record, pcap

CLIENT, SERVER = "10.0.0.1", "192.0.2.7"
RECORD = b"\x16\x03\x03\x00\x10" + bytes(16)  # of TLS
SYN, SYN_ACK, DATA = 0x02, 0x12, 0x18


class Packet(NamedTuple):
    """What follows the IPv4 header from ``source`` to ``destination`` at so many seconds."""

    at: float
    payload: bytes
    protocol: int = 6
    source: str = CLIENT
    destination: str = SERVER

    @property
    def frame(self) -> bytes:
        return ethernet(ipv4(self.payload, self.protocol, self.source, self.destination))


def answered(packet: Packet) -> Packet:
    """Return the packet with its addresses exchanged."""
    return packet._replace(source=packet.destination, destination=packet.source)


def arp(sender: str, target: str) -> bytes:
    addresses = (bytes(6), ip_address(sender).packed, bytes(6), ip_address(target).packed)
    return ethernet(struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + b"".join(addresses), 0x0806)


def write(path: Path, packets: Sequence[Packet], others: Sequence[bytes] = ()) -> Path:
    """Write a capture of the packets, and of other frames at its beginning."""
    records = [Record(frame) for frame in others]
    for packet in packets:
        seconds, fraction = divmod(round(packet.at * 1e6), 1_000_000)
        records.append(Record(packet.frame, 1_600_000_000 + seconds, fraction))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pcap(records))
    return path


def table(path: Path, templates: Templates | None = None) -> pl.DataFrame:
    return conversation_table(conversations_of_capture(path, templates).conversations, templates)


def tls_exchange(server: str, count: int, size: int, gap: float) -> list[Packet]:
    """Return a connection of the client, and so many records of a size at equal distances."""
    first = Packet(0.0, tcp(b"", 40000, 443, flags=SYN), destination=server)
    record = b"\x17\x03\x03" + struct.pack(">H", size) + bytes(size)
    return [
        first,
        *(
            Packet(gap * number, tcp(record, 40000, 443), destination=server)
            for number in range(1, count + 1)
        ),
    ]


def network(root: Path, captures: int = 8) -> Path:
    """Write labelled captures, half of them of malware that beacons, and return the manifest."""
    labels, files = [], []
    for number in range(captures):
        for side, size, gap in (("benign", 900 + number, 0.1), ("malicious", 60 + number, 30.0)):
            path = f"{side}/{number}.pcap"
            server = f"198.51.100.{number}" if side == "benign" else f"203.0.113.{number}"
            packets = tls_exchange(server, 6 + number, size, gap)
            write(root / path, packets)
            files.append((path, side))
            labels.append(
                (path, server, 443, side, "c2" if side == "malicious" else "", f"f{number}")
            )
    _write_csv(root / "manifest.csv", ("path", "label"), files)
    columns = ("path", "server_ip", "server_port", "label", "role", "family")
    _write_csv(root / "servers.csv", columns, labels)
    return root / "manifest.csv"


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
