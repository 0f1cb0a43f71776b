"""Connections of a whole capture: any block size, every protocol, bounded memory."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.flows.tracker import FlowTracker
from capture.builtin.log_rows import LogRows
from capture.builtin.log_tables import LogTables
from tests.capture.builtin.flows.packet_blocks import (
    CLIENT,
    SERVER,
    Dialogue,
    Packet,
    block,
    connections,
    icmp,
    other_frame,
    track,
    udp,
)
from tests.capture.builtin.found_tables import table_of


@st.composite
def tcp_packets(draw: st.DrawFn) -> list[Packet]:
    """Packets of a few connections with the same addresses, in a plausible or an odd order."""
    dialogue = Dialogue(client_port=40000 + draw(st.integers(0, 1)))
    at = 0.0
    for _ in range(draw(st.integers(1, 25))):
        at += draw(st.sampled_from([0.0, 0.01, 0.5, 4.0, 6.0, 70.0, 400.0, -3.0]))
        send = dialogue.client if draw(st.booleans()) else dialogue.server
        flags = draw(st.sampled_from(["S", "SA", "A", "A", "PA", "PA", "FA", "R", "RA", "SF"]))
        send(
            max(at, 0.0),
            flags,
            draw(st.sampled_from([0, 1, 1, 11, 21, 41])),
            draw(st.sampled_from([0, 1, 1, 11, 21, 42])),
            payload=b"x" * draw(st.sampled_from([0, 0, 10, 20])),
            window=draw(st.sampled_from([1000, 1000, 0])),
        )
    return dialogue.packets


@st.composite
def datagrams(draw: st.DrawFn) -> list[Packet]:
    at, packets = 0.0, []
    for _ in range(draw(st.integers(1, 25))):
        at += draw(st.sampled_from([0.0, 0.1, 5.0, 9.5, 11.0, 61.0]))
        ends = ((CLIENT, 40000), (SERVER, draw(st.sampled_from([53, 53, 9999]))))
        source, destination = ends if draw(st.booleans()) else ends[::-1]
        packets.append(udp(at, source, destination, draw(st.sampled_from([b"", b"abc", _ANSWER]))))
        if draw(st.booleans()):
            packets.append(other_frame(at + draw(st.sampled_from([0.0, 4.0, 10.5]))))
    return packets


_ANSWER = b"\0\1\x84\0" + bytes(8)


@settings(max_examples=60, deadline=None)
@given(st.one_of(tcp_packets(), datagrams()), st.integers(1, 7))
def test_the_size_of_blocks_makes_no_difference(packets: list[Packet], size: int) -> None:
    assert connections(packets, size) == connections(packets)


def test_frames_without_a_packet_move_the_timers_on() -> None:
    asking = [udp(0, (CLIENT, 5353), (SERVER, 5353)), udp(5, (CLIENT, 5353), (SERVER, 5353))]
    later = udp(21, (CLIENT, 5353), (SERVER, 5353))
    # Looked at after 21 seconds, the connection has been silent for long; after 12, it has not.
    assert len(connections([*asking, later])) == 2
    assert len(connections([*asking, other_frame(12), later])) == 1


@settings(max_examples=60, deadline=None)
@given(tcp_packets())
def test_every_packet_belongs_to_one_connection(packets: list[Packet]) -> None:
    rows = connections(packets)
    assert sum(row["orig_pkts"] + row["resp_pkts"] for row in rows) == len(packets)
    assert len({row["uid"] for row in rows}) == len(rows)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.booleans())
def test_any_values_of_the_fields_are_survived(seed: int, count: int, wild_times: bool) -> None:
    generator = random.Random(seed)
    ports = (53, 443, 40000)
    packets = [
        Packet(
            generator.choice((0.0, 1.0, 6.0, 400.0)) * index,
            CLIENT,
            generator.choice(ports),
            SERVER,
            generator.choice(ports),
            protocol=generator.choice((1, 6, 6, 6, 17, 58, 50)),
            flags="".join(generator.sample("FSRPAU", generator.randrange(7))),
            sequence=generator.choice((0, 2**31, 2**32 - 1, generator.randrange(2**32))),
            acknowledgement=generator.choice((0, 2**31, generator.randrange(2**32))),
            payload=generator.randbytes(generator.choice((0, 1, 40))),
            captured=0 if generator.random() < 0.1 else None,
            window=generator.choice((0, 9)),
        )
        for index in range(count)
    ]
    part = block(packets)
    if wild_times:
        wild = [generator.choice((0, 2**62, -(2**62), index)) for index in range(count)]
        times = np.array(wild, dtype=np.int64)
        clock = np.maximum.accumulate(times)
        part = replace(part, time_ns=times, network_time_ns=clock, clock_ns=clock)
    logs = LogTables()
    tracker = FlowTracker(LogRows(logs.add))
    tracker.feed(part)
    tracker.finish()
    table = table_of(logs, "conn")
    counted = int(table["orig_pkts"].sum() + table["resp_pkts"].sum())
    assert counted == sum(packet.protocol != 50 for packet in packets)


def test_one_pair_of_ports_used_without_end_takes_bounded_work() -> None:
    dialogue = Dialogue()
    for number in range(3000):
        dialogue.client(number * 6.0, "S")
    rows = connections(dialogue.packets)
    assert [row["conn_state"] for row in rows] == ["S0"] * 3000


def test_packets_far_behind_the_capture_are_connections_of_their_own() -> None:
    ahead, behind = Dialogue(client_port=40001), Dialogue()
    ahead.client(5000, "S")
    behind.client(0, "S")
    for number in range(200):
        behind.client(1 + number / 100, "F", 1)
    rows = connections(ahead.packets + behind.packets)
    assert sum(row["orig_pkts"] for row in rows) == 202
    assert len(rows) > 190


def test_rows_are_sorted_by_time_whatever_ends_first() -> None:
    packets = [
        udp(0.0, (CLIENT, 1), (SERVER, 9)),
        udp(1.0, (CLIENT, 2), (SERVER, 9)),
        udp(90.0, (CLIENT, 1), (SERVER, 9)),
    ]
    assert [row["id.orig_p"] for row in connections(packets, 1)] == [1, 2, 1]


def test_other_protocols_have_no_connections() -> None:
    packets = [Packet(0, CLIENT, 0, SERVER, 0, protocol=number) for number in (2, 47, 50, 132)]
    assert connections(packets) == []


def test_a_capture_without_packets_gives_an_empty_table() -> None:
    assert connections([]) == []


def test_an_address_may_talk_to_itself() -> None:
    packets = [udp(0, (CLIENT, 5), (CLIENT, 5)), udp(1, (CLIENT, 5), (CLIENT, 5))]
    (row,) = connections(packets)
    assert (row["orig_pkts"], row["resp_pkts"], row["conn_state"]) == (2, 0, "S0")


def test_ipv6_and_ipv4_are_written_as_usual() -> None:
    packets = [
        icmp(0, CLIENT, SERVER, 8),
        udp(1, ("2001:db8::1", 5), ("2001:db8::2", 6)),
    ]
    rows = connections(packets)
    assert [row["id.resp_h"] for row in rows] == [SERVER, "2001:db8::2"]


def test_a_scan_does_not_stay_in_memory() -> None:
    generator = random.Random(1)
    packets = []
    for number in range(4000):
        scan = Dialogue(client_port=1024 + number, server_port=generator.randrange(1, 65536))
        scan.client(number / 100, "S")
        packets += scan.packets
    assert track(packets, 500).open_connections() <= 1000
    assert len(connections(packets, 500)) == 4000


def test_the_same_capture_gives_the_same_identifiers() -> None:
    dialogue = Dialogue()
    dialogue.handshake()
    first, second = connections(dialogue.packets), connections(dialogue.packets)
    assert first == second


@pytest.mark.parametrize("at", [0.0, 1e9])
def test_times_far_apart_do_no_harm(at: float) -> None:
    packets: list[Any] = [udp(at, (CLIENT, 1), (SERVER, 9)), udp(0, (CLIENT, 1), (SERVER, 9))]
    assert sum(row["orig_pkts"] for row in connections(packets)) == 2
