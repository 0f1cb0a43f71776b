"""What all connections may take together: the same for blocks of any size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.block import PacketBlock
from capture.builtin.flows.limits import (
    TOO_MANY_HOLES,
    TOO_MANY_OPEN,
    TOO_MUCH_WAITS,
    Limits,
    Milestones,
    size_of,
)
from capture.builtin.flows.tcp import holes
from tests.capture.builtin.flows.packet_blocks import (
    CLIENT,
    SERVER,
    Dialogue,
    Packet,
    block,
    blocks,
    logged,
    other_frame,
    track,
    udp,
)
from tests.capture.builtin.found_tables import table_of

BEGINNING = bytes.fromhex("16 0301 4000 01")
LOOK_ALWAYS = 1


def hello(port: int, at: float, payload: bytes) -> Dialogue:
    dialogue = Dialogue(client_port=port)
    dialogue.handshake(at)
    dialogue.client(at + 0.1, "PA", 1, 1, payload=payload)
    return dialogue


def rows(
    packets: list[Packet], limits: Limits, size: int = 1 << 16
) -> list[list[dict[str, object]]]:
    logs = logged(packets, size, limits)
    return [table_of(logs, name).to_dicts() for name in ("conn", "ssl", "dns")]


def ends(pieces: Iterable[tuple[PacketBlock, bool]]) -> list[int]:
    """Return the numbers of the packets behind which there is a milestone."""
    return [int(piece.number[-1]) for piece, at_milestone in pieces if at_milestone]


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=30), st.integers(1, 7))
def test_milestones_are_at_the_same_packets_for_blocks_of_any_size(
    sizes: list[int], size: int
) -> None:
    packets = [udp(n, (CLIENT, 5), (SERVER, 6), bytes(octets)) for n, octets in enumerate(sizes)]
    whole, cut = Milestones(3000), Milestones(3000)
    expected = ends(whole.pieces(block(packets)))
    assert expected == [end for part in blocks(packets, size) for end in ends(cut.pieces(part))]


def test_a_block_that_is_passed_counts_for_the_next_milestone() -> None:
    part = block([udp(0, (CLIENT, 5), (SERVER, 6))])
    milestones = Milestones(2 * size_of(part))
    milestones.skip(part)
    assert [at_milestone for _, at_milestone in milestones.pieces(part)] == [True]


def test_a_block_is_cut_with_the_network_time_of_its_packets() -> None:
    frames = [udp(1, (CLIENT, 5), (SERVER, 6)), other_frame(2), udp(3, (CLIENT, 5), (SERVER, 6))]
    whole = block(frames)
    first, second = whole.split(1)
    assert (len(first), len(second)) == (1, 1)
    assert first.clock_ns[-1] == first.network_time_ns[-1]
    assert np.concatenate([first.clock_ns, second.clock_ns]).tolist() == whole.clock_ns.tolist()


def test_the_oldest_connections_end_when_there_are_too_many() -> None:
    packets = [udp(0, (CLIENT, 1000 + n), (SERVER, 9999)) for n in range(10)]
    limits = Limits(connections=3, interval=LOOK_ALWAYS)
    assert track(packets, limits=limits).open_connections() == 3
    conn, _, _ = rows([*packets, udp(1, (CLIENT, 1000), (SERVER, 9999))], limits)
    assert sorted(row["id.orig_p"] for row in conn) == [1000, *range(1000, 1010)]


def test_the_stream_that_takes_most_is_given_up_first() -> None:
    short, long = hello(1000, 0.0, BEGINNING), hello(2000, 1.0, BEGINNING + bytes(5000))
    answer = bytes.fromhex("15 0301 0002 0228")
    for dialogue in (short, long):
        dialogue.server(2.0, "PA", 1, 7, payload=answer)
    packets = sorted([*short.packets, *long.packets], key=lambda packet: packet.at)
    generous, strict = Limits(interval=LOOK_ALWAYS), Limits(5000, 5000, 5000, LOOK_ALWAYS)
    assert {row["id.orig_p"] for row in rows(packets, generous)[1]} == {1000, 2000}
    conn, ssl, _ = rows(packets, strict)
    assert {row["id.orig_p"] for row in ssl} == {1000}
    assert len(conn) == 2


def test_a_query_that_is_given_up_has_a_row_without_its_answer() -> None:
    query = bytes.fromhex("0001 0100 0001 0000 0000 0000 0161 00 0001 0001")
    packets = [
        udp(0, (CLIENT, 40000), (SERVER, 53), query),
        udp(1, (CLIENT, 40000), (SERVER, 53), query),
        udp(2, (SERVER, 53), (CLIENT, 40000), query[:2] + b"\x81\x80" + query[4:]),
    ]
    _, _, dns = rows(packets, Limits(waiting_bytes=0, interval=LOOK_ALWAYS))
    assert [row["rcode"] for row in dns] == [None]


def with_holes(port: int, count: int) -> Dialogue:
    dialogue = Dialogue(client_port=port)
    dialogue.handshake()
    dialogue.client(1.0, "PA", 1, 1, payload=b"x")
    dialogue.server(1.1, "A", 1, 2)
    for number in range(count):
        dialogue.client(2.0, "PA", 3 + 2 * number, 1, payload=b"x")
    dialogue.server(3.0, "A", 1, 3 + 2 * count)
    return dialogue


def test_the_stream_with_most_holes_is_reassembled_no_more() -> None:
    packets = with_holes(1000, 3).packets + with_holes(2000, 9).packets

    def missed(limits: Limits) -> dict[object, object]:
        conn, _, _ = rows(packets, limits)
        return {row["id.orig_p"]: row["missed_bytes"] for row in conn}

    assert missed(Limits(interval=LOOK_ALWAYS)) == {1000: 3 + 1, 2000: 9 + 1}
    assert missed(Limits(holes=5, interval=LOOK_ALWAYS)) == {1000: 3 + 1, 2000: 0}


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_stream_of_too_many_pieces_is_reassembled_no_more(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = with_holes(1000, 8).packets + with_holes(2000, 9).packets
    monkeypatch.setattr(holes, "MOST_PIECES", 8)
    logs = logged(packets, size)
    conn = table_of(logs, "conn")
    missed = dict(conn.select("id.orig_p", "missed_bytes").iter_rows())
    assert missed == {1000: 8 + 1, 2000: 0}
    assert logs.skipped == {TOO_MANY_HOLES: 1}


def test_what_is_given_up_is_counted() -> None:
    streams = [*hello(1000, 0.0, BEGINNING).packets, *hello(2000, 1.0, BEGINNING).packets]
    flows = [udp(9, (CLIENT, 1000 + number), (SERVER, 9999)) for number in range(5)]
    packets = [*streams, *with_holes(3000, 9).packets, *flows]
    assert logged(packets, limits=Limits(interval=LOOK_ALWAYS)).skipped == {}
    assert logged(packets, limits=Limits(3, 0, 5, LOOK_ALWAYS)).skipped == {
        TOO_MUCH_WAITS: 2,
        TOO_MANY_HOLES: 1,
        TOO_MANY_OPEN: 5,
    }


def test_streams_are_given_up_within_a_block_that_brings_too_much() -> None:
    early, late = hello(1000, 0.0, BEGINNING), hello(2000, 1.0, BEGINNING)
    early.client(2.0, "PA", 1 + len(BEGINNING), 1, payload=b"more of a record")
    flows = [udp(3, (CLIENT, 5), (SERVER, 6))]
    packets = sorted([*early.packets, *late.packets, *flows], key=lambda packet: packet.at)
    logs = logged(packets, limits=Limits(most_waiting_bytes=0))
    assert logs.skipped == {TOO_MUCH_WAITS: 2}
    assert len(table_of(logs, "conn")) == 3
    assert logged(packets).skipped == {}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 5, 900])), max_size=30),
    st.integers(1, 7),
    st.sampled_from([Limits(2, 700, 1, 2000), Limits(3, 0, 2, 900), Limits(1, 10**6, 0, 3000)]),
)
def test_the_size_of_blocks_makes_no_difference(
    steps: list[tuple[int, int]], size: int, limits: Limits
) -> None:
    dialogues = [hello(1000 + number, 0.0, BEGINNING) for number in range(4)]
    packets = [packet for dialogue in dialogues for packet in dialogue.packets]
    for at, (number, offset) in enumerate(steps):
        dialogue = dialogues[number]
        dialogue.client(1.0 + at, "PA", 7 + offset, 1, payload=b"y" * 5)
        packets.append(dialogue.packets[-1])
    assert rows(packets, limits, size) == rows(packets, limits)


@pytest.mark.parametrize("size", [1, 3])
def test_frames_without_packets_between_milestones_are_survived(size: int) -> None:
    packets = [other_frame(0), udp(1, (CLIENT, 5), (SERVER, 6)), other_frame(2), other_frame(99)]
    assert len(rows(packets, Limits(0, 0, 0, LOOK_ALWAYS), size)[0]) == 1
