import random
import struct
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.decode.decoder import Decoder
from capture.builtin.decode.fragments import (
    CUT_OFF,
    TOO_LONG,
    UNFINISHED,
    Fragment,
    Reassembler,
)
from tests.capture.builtin.decode.packet_bytes import (
    decode,
    endpoints,
    ipv4,
    ipv6,
    payloads,
    records,
    udp,
)

CONTENT = bytes(range(256)) * 8
DATAGRAM = udp(CONTENT)
RAW = 101


def fragments_4(datagram: bytes, size: int, identification: int = 7) -> list[bytes]:
    return [
        ipv4(
            datagram[at : at + size],
            flags_and_offset=at // 8 | (0x2000 if at + size < len(datagram) else 0),
            identification=identification,
        )
        for at in range(0, len(datagram), size)
    ]


def fragments_6(datagram: bytes, size: int) -> list[bytes]:
    return [
        ipv6(
            struct.pack(">BBHI", 17, 0, at | (at + size < len(datagram)), 99)
            + datagram[at : at + size],
            44,
        )
        for at in range(0, len(datagram), size)
    ]


@pytest.mark.parametrize("cut", [fragments_4, fragments_6])
@settings(deadline=None, max_examples=20)
@given(st.sampled_from([8, 64, 1000, 1480]), st.randoms(use_true_random=False))
def test_fragments_in_any_order_make_one_packet(
    cut: object, size: int, order: random.Random
) -> None:
    assert callable(cut)
    parts = cut(DATAGRAM, size)
    order.shuffle(parts)
    block, decoder = decode([ipv4(udp(b"before")), *parts, ipv4(udp(b"after"))], RAW)
    assert payloads(block) == [b"before", CONTENT, b"after"]
    assert block.number.tolist() == [1, 1 + len(parts), 2 + len(parts)]
    header = 20 if cut is fragments_4 else 40
    assert block.ip_length[1] == header + len(DATAGRAM)
    assert not decoder.skipped


def test_extension_headers_before_the_fragment_header_stay() -> None:
    head = bytes([44, 0]) + bytes(6)
    parts = [
        ipv6(head + struct.pack(">BBHI", 17, 0, 1, 5) + DATAGRAM[:800], 0),
        ipv6(head + struct.pack(">BBHI", 17, 0, 800, 5) + DATAGRAM[800:], 0),
    ]
    block, _ = decode(parts, RAW)
    assert payloads(block) == [CONTENT]
    assert block.ip_length.tolist() == [48 + len(DATAGRAM)]


def test_an_atomic_fragment_is_a_whole_packet() -> None:
    block, _ = decode([ipv6(struct.pack(">BBHI", 17, 0, 0, 5) + DATAGRAM, 44)], RAW)
    assert payloads(block) == [CONTENT]
    assert block.ip_length.tolist() == [40 + len(DATAGRAM)]


def test_fragments_of_different_packets_do_not_mix() -> None:
    one, two = udp(b"1" * 2000, 1, 53), udp(b"2" * 2000, 2, 53)
    first, second = fragments_4(one, 1000, 1), fragments_4(two, 1000, 2)
    parts = [part for pair in zip(first, second, strict=True) for part in pair]
    block, _ = decode(parts, RAW)
    assert payloads(block) == [b"1" * 2000, b"2" * 2000]
    assert [each[1] for each in endpoints(block)] == [1, 2]


def test_where_fragments_overlap_the_first_counts() -> None:
    parts = [
        ipv4(DATAGRAM[:16] + b"early!!!", flags_and_offset=0x2000),
        ipv4(b"LATE????" + DATAGRAM[24:], flags_and_offset=2),
    ]
    block, _ = decode(parts, RAW)
    assert payloads(block) == [CONTENT[:8] + b"early!!!" + CONTENT[16:]]


def test_a_repeated_fragment_changes_nothing() -> None:
    parts = fragments_4(DATAGRAM, 1000)
    block, decoder = decode([parts[0], parts[0], *parts[1:]], RAW)
    assert payloads(block) == [CONTENT]
    assert not decoder.skipped


def test_the_header_is_that_of_the_fragment_that_came_first() -> None:
    parts = [
        ipv4(DATAGRAM[800:], flags_and_offset=100),
        ipv4(DATAGRAM[:800], flags_and_offset=0x2000, options=bytes(4)),
    ]
    assert [decode(order, RAW)[0].ip_length.tolist() for order in (parts, parts[::-1])] == [
        [20 + len(DATAGRAM)],
        [24 + len(DATAGRAM)],
    ]


def test_the_protocol_of_an_ipv6_packet_is_that_of_its_first_fragment() -> None:
    parts = [
        ipv6(struct.pack(">BBHI", 6, 0, 800, 5) + DATAGRAM[800:], 44),
        ipv6(struct.pack(">BBHI", 17, 0, 1, 5) + DATAGRAM[:800], 44),
    ]
    block, _ = decode(parts, RAW)
    assert payloads(block) == [CONTENT]


def test_a_fragment_behind_the_last_one_makes_the_packet_longer() -> None:
    parts = fragments_4(DATAGRAM, 1000)
    beyond = ipv4(b"more!!!!", flags_and_offset=0x2000 | -(-len(DATAGRAM) // 8))
    assert len(DATAGRAM) % 8 == 0
    block, _ = decode([parts[2], parts[0], beyond, parts[1]], RAW)
    assert block.ip_length.tolist() == [20 + len(DATAGRAM) + 8]
    block, _ = decode([beyond, *parts], RAW)
    assert block.ip_length.tolist() == [20 + len(DATAGRAM) + 8]


def test_an_empty_fragment_makes_no_packet_whole() -> None:
    empty = ipv4(b"", flags_and_offset=len(DATAGRAM[:800]) // 8)
    first = ipv4(DATAGRAM[:800], flags_and_offset=0x2000)
    block, decoder = decode([first, empty], RAW)
    assert not len(block)
    assert decoder.skipped == {UNFINISHED: 2}
    block, _ = decode([empty, first], RAW)
    assert block.ip_length.tolist() == [820]


def test_fragments_are_carried_over_blocks() -> None:
    parts = fragments_4(DATAGRAM, 1000)
    decoder = Decoder()
    counts = [len(decoder.decode(records([part], RAW))) for part in parts]
    decoder.finish()
    assert counts == [0, 0, 1]
    assert not decoder.skipped


def test_fragments_of_an_incomplete_packet_are_counted() -> None:
    block, decoder = decode(fragments_4(DATAGRAM, 1000)[1:], RAW)
    assert len(block) == 0
    assert decoder.skipped == {UNFINISHED: 2}


def test_a_first_fragment_that_was_not_wholly_captured_is_kept_alone() -> None:
    block, decoder = decode(fragments_4(DATAGRAM, 1200), RAW, captured=100)
    assert endpoints(block) == [("10.0.0.1", 40000, "10.0.0.2", 53)]
    assert block.payload_captured.tolist() == [72]
    assert decoder.skipped == {CUT_OFF: 1}
    assert block.number.tolist() == [1]


def test_fragments_beyond_the_longest_packet_are_counted() -> None:
    last = ipv4(bytes(100), flags_and_offset=0x1FFF)
    block, decoder = decode([last], RAW)
    assert len(block) == 0
    assert decoder.skipped == {TOO_LONG: 1}


def test_what_is_not_complete_within_a_minute_is_given_up() -> None:
    parts = fragments_4(DATAGRAM, 1200)
    decoder = Decoder()
    times = [0, 61 * 10**9, 62 * 10**9]
    block = decoder.decode(records([parts[0], parts[1], parts[0]], RAW, time_ns=times))
    assert payloads(block) == [CONTENT]
    assert decoder.skipped == {UNFINISHED: 1}


def test_a_tunnel_may_be_fragmented() -> None:
    inner = ipv4(DATAGRAM, source="172.16.0.1", destination="172.16.0.2")
    parts = [
        ipv4(inner[:1000], 4, flags_and_offset=0x2000),
        ipv4(inner[1000:], 4, flags_and_offset=125),
    ]
    block, _ = decode(parts, RAW)
    assert payloads(block) == [CONTENT]
    assert endpoints(block)[0][0] == "172.16.0.1"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4), st.booleans()), max_size=12))
def test_reassembly_agrees_with_filling_byte_by_byte(pieces: list[tuple[int, int, bool]]) -> None:
    """Compare with a table of bytes, each set once; the packet is whole when none is missing."""
    reassembler = Reassembler(skipped := Counter[str]())
    table: dict[int, int] = {}
    total = 0
    for number, (unit, units, more) in enumerate(pieces):
        payload = bytes([number + 1]) * (units * 8)
        header = b"\x45" + bytes(19)
        fragment = Fragment(b"4key", header, unit * 8, more, payload)
        packet = reassembler.add(fragment, 0)
        for at, value in enumerate(payload, unit * 8):
            table.setdefault(at, value)
        total = max(total, 0 if more and not total else (unit + units) * 8)
        if total and all(at in table for at in range(total)):
            whole = next(at for at in range(total, 256) if at not in table)
            assert packet is not None
            assert packet[20:] == bytes(table[at] for at in range(whole))
            table, total = {}, 0
        else:
            assert packet is None
    assert not skipped


def test_memory_is_bounded_by_giving_up_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.builtin.decode.fragments._MOST_PACKETS", 10)
    parts = [fragments_4(DATAGRAM, 1200, number) for number in range(15)]
    block, decoder = decode([part[0] for part in parts] + [part[1] for part in parts[5:]], RAW)
    assert payloads(block) == [CONTENT] * 10
    assert decoder.skipped == {UNFINISHED: 5}


def test_bytes_held_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.builtin.decode.fragments.MOST_BYTES", 3000)
    parts = [fragments_4(DATAGRAM, 1200, number) for number in range(3)]
    block, decoder = decode([part[0] for part in parts] + [part[1] for part in parts[1:]], RAW)
    assert payloads(block)[-1] == CONTENT
    assert decoder.skipped[UNFINISHED] >= 1
