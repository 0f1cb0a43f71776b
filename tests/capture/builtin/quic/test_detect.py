"""Which first payloads may be the beginning of QUIC."""

import numpy as np

from capture.builtin.quic.detect import may_carry_quic
from tests.capture.builtin.quic.packet_bytes import VERSION_2, initial_packet, long_header
from tests.capture.builtin.quic.published_packets import (
    CLIENT_VERSION_1,
    CLIENT_VERSION_2,
    RETRY_VERSION_1,
    SERVER_VERSION_1,
)

TCP, UDP = 6, 17


def judge(*payloads: bytes, protocol: int = UDP, captured: int = 1500) -> list[bool]:
    first = np.zeros((len(payloads), 16), dtype=np.uint8)
    for row, data in enumerate(payloads):
        part = data[: min(16, captured)]
        first[row, : len(part)] = np.frombuffer(part, dtype=np.uint8)
    return may_carry_quic(
        first,
        np.array([min(len(data), captured) for data in payloads]),
        np.array([len(data) for data in payloads]),
        np.full(len(payloads), protocol, dtype=np.uint8),
    ).tolist()


def padded(version: int, first: int = 0xC0) -> bytes:
    return long_header(first, version, b"12345678", b"", bytes(1200))


def test_initial_packets_of_every_known_version():
    assert judge(CLIENT_VERSION_1, CLIENT_VERSION_2) == [True, True]
    assert judge(initial_packet(b"\1", version=VERSION_2)) == [True]
    assert judge(padded(0xFF00001D), padded(0xFF000022), padded(0xFACEB002)) == [True] * 3
    assert judge(padded(2), padded(0xFF000010), padded(0x51303530)) == [False] * 3


def test_a_version_that_provokes_negotiation():
    assert judge(padded(0x1A2A3A4A, first=0xFF)) == [True]


def test_packets_of_other_kinds():
    handshake, without_fixed_bit = padded(1, first=0xE0), padded(1, first=0x80)
    short_header = padded(1, first=0x40)
    assert judge(RETRY_VERSION_1, handshake, without_fixed_bit, short_header) == [False] * 4
    assert judge(padded(VERSION_2, first=0xC0)) == [False]


def test_a_small_datagram_is_not_from_a_client():
    assert judge(SERVER_VERSION_1, CLIENT_VERSION_1[:1199]) == [False, False]


def test_early_data_may_come_first_in_a_small_datagram():
    early = [long_header(0xD0, 1, b"12345678", b""), long_header(0xE0, VERSION_2, b"1", b"")]
    assert judge(*early) == [True, True]


def test_a_datagram_of_which_the_capture_holds_the_beginning():
    assert judge(CLIENT_VERSION_1, captured=200) == [True]
    assert judge(CLIENT_VERSION_1, captured=5) == [False]


def test_only_datagrams_count():
    assert judge(CLIENT_VERSION_1, protocol=TCP) == [False]
    assert judge() == []
