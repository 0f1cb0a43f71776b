import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.decode import fragments
from capture.builtin.decode.decoder import Decoder
from tests.capture.builtin.decode.packet_bytes import (
    decode,
    ethernet,
    ipv4,
    ipv6,
    payloads,
    records,
    tcp,
    udp,
)

HELLO = ethernet(ipv4(udp(b"hello")))


def test_numbers_and_times_go_on_over_blocks() -> None:
    decoder = Decoder()
    arp = ethernet(bytes(28), 0x0806)
    first = decoder.decode(records([HELLO, arp, HELLO], time_ns=[10, 20, 30]))
    second = decoder.decode(records([arp, HELLO], time_ns=[40, 50]))
    assert first.number.tolist() == [1, 3]
    assert first.time_ns.tolist() == [10, 30]
    assert second.number.tolist() == [5]
    assert second.time_ns.tolist() == [50]


def test_every_frame_moves_network_time_on_and_none_moves_it_back() -> None:
    decoder = Decoder()
    arp = ethernet(bytes(28), 0x0806)
    first = decoder.decode(records([HELLO, arp, HELLO, arp], time_ns=[10, 30, 20, 40]))
    second = decoder.decode(records([arp, HELLO, HELLO], time_ns=[5, 15, 50]))
    assert first.network_time_ns.tolist() == [10, 30]
    assert first.clock_ns.tolist() == [10, 30, 30, 40]
    assert second.network_time_ns.tolist() == [40, 50]
    assert second.clock_ns.tolist() == [40, 40, 50]


def test_data_is_not_copied_unless_a_packet_was_reassembled() -> None:
    part = records([HELLO])
    assert Decoder().decode(part).data is part.data


def test_a_block_without_packets_is_empty() -> None:
    block, decoder = decode([])
    assert len(block) == 0
    assert block.source.shape == (0, 2)
    assert not decoder.skipped


def test_every_column_has_the_type_of_the_contract() -> None:
    block, _ = decode([HELLO, ethernet(ipv6(tcp(), 6), 0x86DD)])
    types = {
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
    for name, kind in types.items():
        assert getattr(block, name).dtype == kind, name
        assert len(getattr(block, name)) == 2


def test_a_frame_of_absurd_length_on_the_wire_does_not_overflow() -> None:
    part = records([HELLO])
    part.length[:] = 2**32 - 1
    assert Decoder().decode(part).frame_length.tolist() == [2**31 - 1]


def test_endless_fragments_within_fragments_are_given_up() -> None:
    packet = udp(b"hello")
    following = 17
    for _ in range(40):
        packet = bytes([following, 0, 0, 0, 0, 0, 0, 1]) + packet
        following = 44
    block, decoder = decode([ethernet(ipv6(packet, 44), 0x86DD)])
    assert len(block) == 0
    assert decoder.skipped == {"headers nested too deeply": 1}


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6))
def test_changed_bytes_never_point_outside_the_data(changes: list[tuple[int, int]]) -> None:
    vxlan = udp(b"\x08\0\0\0\0\0\1\0" + ethernet(ipv4(tcp(b"data"), 6)), 9, 4789)
    frames = [ethernet(ipv4(vxlan)), ethernet(ipv6(tcp(b"data"), 6), 0x86DD), HELLO]
    data = bytearray(frames[0])
    for at, value in changes:
        data[at % len(data)] = value
    changed = records([bytes(data), *frames[1:]])
    block = Decoder().decode(changed)
    ends = block.payload_offset + block.payload_captured
    assert (block.payload_offset >= 0).all()
    assert (block.payload_captured >= 0).all()
    assert (block.payload_captured <= block.payload_length).all()
    assert (ends[block.payload_captured > 0] <= len(block.data)).all()
    assert (np.diff(block.number) >= 0).all()
    assert payloads(block)[-1] == b"hello"


def test_fragments_within_fragments_are_put_together_a_few_times_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fragments, "MOST_BYTES", 0)
    chain = b"".join(b"\x2c\0\0\0" + struct.pack(">I", number) for number in range(100))
    frames = [ethernet(ipv6(chain + bytes(8), 44), 0x86DD)] * 50
    block, decoder = decode(frames)
    assert len(block) == 0
    assert decoder.skipped == {"headers nested too deeply": 50}
    assert len(block.data) <= 4 * sum(map(len, frames))
