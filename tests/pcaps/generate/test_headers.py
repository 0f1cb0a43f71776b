import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcaps.generate.headers import (
    ACK,
    PROTOCOL_TCP,
    PROTOCOL_UDP,
    SYN,
    checksum,
    ethernet_frame,
    ip_packet,
    tcp_segment,
    udp_datagram,
)
from pcaps.generate.packet import Packet
from tests.pcaps.generate.dissection import dissect, one_complement_sum

ADDRESSES = [("192.0.2.1", "198.51.100.2"), ("2001:db8::1", "2001:db8::2")]


def test_the_checksum_of_the_example_in_rfc_1071() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=50)
def test_data_with_its_checksum_sums_to_all_ones(data: bytes) -> None:
    even = data + b"\0" * (len(data) % 2)
    assert one_complement_sum(even + struct.pack("!H", checksum(data))) == 0xFFFF


@pytest.mark.parametrize(("source", "destination"), ADDRESSES)
@given(payload=st.binary(max_size=60), sequence=st.integers(0, 2**33))
@settings(deadline=None, max_examples=25)
def test_a_tcp_frame_gives_back_what_went_in(
    source: str, destination: str, payload: bytes, sequence: int
) -> None:
    segment = tcp_segment(
        (source, 1234), (destination, 443), sequence, 7, SYN | ACK, payload, options=b"\1\1\1\0"
    )
    packet = ip_packet(source, destination, PROTOCOL_TCP, segment)
    found = dissect(Packet(5, ethernet_frame(source, destination, packet)))
    assert found == (
        5, source, destination, 6, 1234, 443, sequence % 2**32, 7, SYN | ACK, payload, True,
    )  # fmt: skip


@pytest.mark.parametrize(("source", "destination"), ADDRESSES)
@given(payload=st.binary(max_size=60))
@settings(deadline=None, max_examples=25)
def test_a_udp_frame_gives_back_what_went_in(source: str, destination: str, payload: bytes) -> None:
    datagram = udp_datagram((source, 5353), (destination, 53), payload)
    packet = ip_packet(source, destination, PROTOCOL_UDP, datagram)
    found = dissect(Packet(5, ethernet_frame(source, destination, packet)))
    assert found == (5, source, destination, 17, 5353, 53, 0, 0, 0, payload, True)


def test_a_udp_checksum_of_zero_is_sent_as_all_ones() -> None:
    ends = ("192.0.2.1", 1), ("192.0.2.2", 2)
    plain = udp_datagram(*ends, b"\0\0")
    filler = plain[6:8]  # the complement of the sum, which makes the sum all ones
    assert udp_datagram(*ends, filler)[6:8] == b"\xff\xff"


def test_a_short_frame_is_padded_to_sixty_bytes() -> None:
    datagram = udp_datagram(("192.0.2.1", 1), ("192.0.2.2", 2), b"x")
    packet = ip_packet("192.0.2.1", "192.0.2.2", PROTOCOL_UDP, datagram)
    assert len(ethernet_frame("192.0.2.1", "192.0.2.2", packet)) == 60
