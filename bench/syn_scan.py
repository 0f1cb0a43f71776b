"""A capture of a SYN scan: one packet a flow, never answered."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from bench.replay import FILE_HEADER

_PACKETS_A_SECOND: Final = 10_000
_SCANNER: Final = 0x0A000001  # 10.0.0.1
_FIRST_TARGET: Final = 0x0B000000  # 11.0.0.0
_ETHERTYPE_IPV4: Final = 0x0800
_SYN: Final = 0x5002  # five words of header, SYN
_RECORD: Final = np.dtype(
    [
        ("seconds", "<u4"),
        ("microseconds", "<u4"),
        ("captured", "<u4"),
        ("length", "<u4"),
        ("hardware_addresses", "V12"),
        ("ethertype", ">u2"),
        ("version_and_service", ">u2"),
        ("total_length", ">u2"),
        ("fragment", ">u4"),
        ("lifetime_and_protocol", ">u2"),
        ("header_checksum", ">u2"),
        ("source", ">u4"),
        ("destination", ">u4"),
        ("source_port", ">u2"),
        ("destination_port", ">u2"),
        ("sequence", ">u4"),
        ("acknowledgement", ">u4"),
        ("flags", ">u2"),
        ("window", ">u2"),
        ("checksum_and_urgent", ">u4"),
    ]
)
_RECORD_HEADER: Final = 16
_IP_LENGTH: Final = 40


def write_syn_scan(target: Path, flows: int) -> None:
    """Write a pcap file with so many SYN packets, each to an address of its own."""
    number = np.arange(flows)
    records = np.zeros(flows, dtype=_RECORD)
    records["seconds"] = number // _PACKETS_A_SECOND
    records["microseconds"] = number % _PACKETS_A_SECOND * (1_000_000 // _PACKETS_A_SECOND)
    records["captured"] = records["length"] = _RECORD.itemsize - _RECORD_HEADER
    records["ethertype"] = _ETHERTYPE_IPV4
    records["version_and_service"] = 0x4500
    records["total_length"] = _IP_LENGTH
    records["lifetime_and_protocol"] = 64 << 8 | 6
    records["source"] = _SCANNER
    records["destination"] = _FIRST_TARGET + number
    records["source_port"] = 40_000
    records["destination_port"] = 443
    records["sequence"] = number
    records["flags"] = _SYN
    records["window"] = 1024
    target.write_bytes(FILE_HEADER.tobytes() + records.tobytes())
