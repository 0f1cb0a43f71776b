"""Opening the published packets, and what becomes of others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.quic.initial_keys import initial_keys
from capture.builtin.quic.long_header import initial_packets
from capture.builtin.quic.protection import PacketOpener, packet_number
from capture.builtin.quic.versions import VERSIONS
from tests.capture.builtin.quic.packet_bytes import VERSION_2, initial_packet
from tests.capture.builtin.quic.published_packets import (
    CLIENT_PAYLOAD,
    CLIENT_VERSION_1,
    CLIENT_VERSION_2,
    CONNECTION_ID,
    SERVER_PAYLOAD,
    SERVER_VERSION_1,
    SERVER_VERSION_2,
)


def client_opener(version=1, chosen_id=CONNECTION_ID):
    return PacketOpener(initial_keys(VERSIONS[version], chosen_id, of_client=True))


@pytest.mark.parametrize(
    ("version", "packet"), [(1, CLIENT_VERSION_1), (VERSION_2, CLIENT_VERSION_2)]
)
def test_published_client_packets(version, packet):
    assert client_opener(version).open(initial_packets(packet)[0]) == CLIENT_PAYLOAD


@pytest.mark.parametrize(
    ("version", "packet"), [(1, SERVER_VERSION_1), (VERSION_2, SERVER_VERSION_2)]
)
def test_published_server_packets(version, packet):
    opener = PacketOpener(initial_keys(VERSIONS[version], CONNECTION_ID, of_client=False))
    assert opener.open(initial_packets(packet)[0]) == SERVER_PAYLOAD


def test_a_packet_of_the_other_side_does_not_open():
    assert client_opener().open(initial_packets(SERVER_VERSION_1)[0]) is None


def test_a_packet_too_short_for_a_sample_does_not_open():
    packet = initial_packets(CLIENT_VERSION_1)[0]
    assert client_opener().open(packet._replace(data=packet.data[:37])) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(CLIENT_VERSION_1) * 8 - 1))
def test_one_changed_bit_is_noticed_or_concerns_another_connection(bit):
    packet = bytearray(CLIENT_VERSION_1)
    packet[bit // 8] ^= 1 << bit % 8
    opened = [client_opener().open(found) for found in initial_packets(bytes(packet))]
    assert opened in ([], [None])


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_packet_numbers_of_every_size(size):
    opener = client_opener(chosen_id=b"chosenid")
    for number in (0, 1, 130, 250, 255 + 3):
        packet = initial_packet(b"\x01", number=number, number_size=size)
        assert opener.open(initial_packets(packet)[0]) is not None


@pytest.mark.parametrize(
    ("largest", "truncated", "bits", "expected"),
    [
        (0xA82F30EA, 0x9B32, 16, 0xA82F9B32),  # the example of RFC 9000, A.3
        (-1, 0, 8, 0),
        (-1, 255, 8, 255),
        (250, 3, 8, 259),
        (259, 250, 8, 250),
        (-1, 0xFFFFFFFF, 32, 0xFFFFFFFF),
    ],
)
def test_packet_number(largest, truncated, bits, expected):
    assert packet_number(largest, truncated, bits) == expected
