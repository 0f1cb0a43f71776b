import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.decode.transport import BAD_TCP_HEADER, CUT_OFF
from tests.capture.builtin.decode.packet_bytes import (
    decode,
    ethernet,
    ipv4,
    ipv6,
    payloads,
    tcp,
    udp,
)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 255),
    st.integers(0, 2**16 - 1),
    st.integers(0, 10),
    st.binary(max_size=50),
)
def test_tcp_fields(
    sequence: int, acknowledgement: int, flags: int, window: int, words: int, payload: bytes
) -> None:
    segment = tcp(
        payload,
        1234,
        443,
        sequence=sequence,
        acknowledgement=acknowledgement,
        flags=flags,
        window=window,
        options=bytes(4 * words),
    )
    block, _ = decode([ethernet(ipv4(segment, 6)), ethernet(ipv6(segment, 6), 0x86DD)])
    assert block.source_port.tolist() == [1234] * 2
    assert block.destination_port.tolist() == [443] * 2
    assert block.tcp_sequence.tolist() == [sequence] * 2
    assert block.tcp_acknowledgement.tolist() == [acknowledgement] * 2
    assert block.tcp_flags.tolist() == [flags] * 2
    assert block.tcp_window.tolist() == [window] * 2
    assert block.tcp_header_length.tolist() == [20 + 4 * words] * 2
    assert payloads(block) == [payload] * 2


def test_other_protocols_have_no_tcp_fields() -> None:
    block, _ = decode([ethernet(ipv4(udp(b"\xff" * 30))), ethernet(ipv4(b"\xff" * 30, 1))])
    for name in ("sequence", "acknowledgement", "flags", "window", "header_length"):
        assert getattr(block, f"tcp_{name}").tolist() == [0, 0]


@pytest.mark.parametrize(("frame", "protocol"), [(ipv4, 1), (ipv6, 58)])
def test_icmp_has_type_and_code_for_ports(frame: object, protocol: int) -> None:
    assert callable(frame)
    message = struct.pack(">BBHHH", 8, 3, 0, 1, 1) + b"ping"
    block, _ = decode([frame(message, protocol)], 101)
    assert block.source_port.tolist() == [8]
    assert block.destination_port.tolist() == [3]
    assert payloads(block) == [b"ping"]


@pytest.mark.parametrize(
    ("stated", "length", "captured"), [(11, 3, 3), (500, 492, 5), (0, 5, 5), (7, 5, 5), (13, 5, 5)]
)
def test_the_length_of_udp_counts_if_possible(stated: int, length: int, captured: int) -> None:
    block, _ = decode([ethernet(ipv4(udp(b"hello", length=stated)) + bytes(20))])
    assert block.payload_length.tolist() == [length]
    assert block.payload_captured.tolist() == [captured]


@pytest.mark.parametrize(("protocol", "size"), [(1, 7), (6, 19), (17, 7), (58, 7)])
def test_a_header_cut_off_is_counted(protocol: int, size: int) -> None:
    block, decoder = decode([ethernet(ipv4(bytes(size), protocol) + bytes(30))])
    assert len(block) == 0
    assert decoder.skipped == {CUT_OFF: 1}


def test_tcp_options_need_not_be_captured() -> None:
    frame = ethernet(ipv4(tcp(b"hello", options=bytes(12)), 6))
    block, decoder = decode([frame], captured=60)
    assert block.tcp_header_length.tolist() == [32]
    assert block.payload_length.tolist() == [5]
    assert block.payload_captured.tolist() == [0]
    assert not decoder.skipped


@pytest.mark.parametrize("offset", [0x00, 0x40, 0xF0])
def test_an_impossible_tcp_header_length_is_counted(offset: int) -> None:
    segment = bytearray(tcp(b"hello"))
    segment[12] = offset
    good = ethernet(ipv4(tcp(b"good"), 6))
    block, decoder = decode([good, ethernet(ipv4(bytes(segment), 6)), good])
    assert block.number.tolist() == [1, 3]
    assert decoder.skipped == {BAD_TCP_HEADER: 1}
