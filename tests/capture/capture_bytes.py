"""A small capture as bytes, for tests that need any readable file."""

import struct


def dns_query_capture(port: int = 5000) -> bytes:
    """Return a pcap file with one DNS query in one UDP packet."""
    question = b"\x07example\x03com\0\0\x01\0\x01"
    dns = struct.pack(">6H", port, 0x0100, 1, 0, 0, 0) + question
    udp = struct.pack(">4H", port, 53, 8 + len(dns), 0) + dns
    addresses = bytes([10, 0, 0, 1, 10, 0, 0, 53])
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + addresses + udp
    frame = bytes(12) + b"\x08\x00" + ip
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return header + struct.pack("<IIII", 1_600_000_000, 0, len(frame), len(frame)) + frame
