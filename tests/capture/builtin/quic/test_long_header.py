"""Finding Initial packets in datagrams."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from capture.builtin.quic.long_header import initial_packets
from tests.capture.builtin.quic.packet_bytes import initial_packet, integer, long_header
from tests.capture.builtin.quic.published_packets import (
    CLIENT_VERSION_1,
    CLIENT_VERSION_2,
    CONNECTION_ID,
    RETRY_VERSION_1,
)

HANDSHAKE = long_header(0xE0, 1, b"destination", b"", integer(20) + bytes(20))
SHORT_HEADER = b"\x40" + bytes(30)


def test_the_parts_of_a_packet():
    (packet,) = initial_packets(CLIENT_VERSION_1)
    assert packet.destination_id == CONNECTION_ID
    assert packet.data == CLIENT_VERSION_1
    assert packet.number_offset == 18


def test_a_token_is_passed_over():
    packet = initial_packet(b"\x01", token=b"token" * 20)
    assert initial_packets(packet)[0].data == packet


def test_version_2_numbers_its_packet_types_differently():
    (packet,) = initial_packets(CLIENT_VERSION_2)
    assert packet.version.label == b"quicv2"
    handshake_of_version_1 = b"\xe0" + CLIENT_VERSION_1[1:]
    assert initial_packets(handshake_of_version_1) == []


def test_packets_that_share_a_datagram():
    second = initial_packet(b"\x01", number=7)
    datagram = CLIENT_VERSION_1 + HANDSHAKE + second + SHORT_HEADER
    assert [packet.data for packet in initial_packets(datagram)] == [CLIENT_VERSION_1, second]


def test_nothing_is_read_after_a_packet_without_length():
    unknown = long_header(0xC0, 0x1A2A3A4A, b"", b"")
    negotiation = long_header(0x80, 0, b"", b"", bytes.fromhex("000000016b3343cf"))
    for packet in (RETRY_VERSION_1, SHORT_HEADER, unknown, negotiation):
        assert initial_packets(packet + CLIENT_VERSION_1) == []
        assert len(initial_packets(CLIENT_VERSION_1 + packet)) == 1


def test_a_packet_cut_off_anywhere_is_none():
    for size in range(0, len(CLIENT_VERSION_1), 7):
        assert initial_packets(CLIENT_VERSION_1[:size]) == []


def test_a_connection_id_longer_than_allowed():
    assert initial_packets(long_header(0xC0, 1, bytes(21), b"", b"\0" + integer(0))) == []


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\xc0\0\0\0\1", b"\xd0\x6b\x33\x43\xcf", b"\xc0\0\0\0\1\0\0\0\0" * 9]),
)
@example(b"", b"\xc0\0\0\0\1\0\0\0\0" * 1000)
def test_any_bytes(data, beginning):
    datagram = beginning + data
    packets = initial_packets(datagram)
    assert sum(len(packet.data) for packet in packets) <= len(datagram)
    for packet in packets:
        assert packet.number_offset <= len(packet.data)
        assert packet.data in datagram
