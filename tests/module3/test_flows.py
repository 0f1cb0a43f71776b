from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from module3.flows import TOO_MANY_OPEN, FlowBuilder
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks, icmp, other_frame, udp

from .small_flows import CLIENT, SERVER, answer, packet_counts, row, rows, tcp

HANDSHAKE = [tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "A")]


def test_both_directions_are_one_flow_and_the_first_packet_goes_forward() -> None:
    found = row(HANDSHAKE)
    assert (found["Src IP"], found["Src Port"]) == CLIENT
    assert (found["Dst IP"], found["Dst Port"]) == SERVER
    assert packet_counts([found]) == [(2, 1)]


def test_a_flow_lasts_two_minutes_from_its_first_packet() -> None:
    packets = [tcp(at, "A") for at in (0, 60, 120, 120.000001, 200)]
    assert packet_counts(rows(packets)) == [(3, 0), (2, 0)]


def test_after_the_timeout_whoever_sends_first_goes_forward() -> None:
    found = rows([tcp(0, "A"), answer(130, "A"), tcp(131, "A")])
    assert [each["Src Port"] for each in found] == [40000, 443]


@pytest.mark.parametrize("end", ["FA", "R", "RA"])
def test_a_syn_after_the_end_begins_the_next_flow(end: str) -> None:
    packets = [*HANDSHAKE, tcp(1, end), answer(1.1, "A"), tcp(2, "S"), answer(2.1, "SA")]
    assert packet_counts(rows(packets)) == [(3, 2), (1, 1)]


def test_a_repeated_syn_begins_nothing() -> None:
    assert packet_counts(rows([tcp(0, "S"), tcp(1, "S"), answer(1.1, "SA")])) == [(2, 1)]


def test_both_fins_and_what_straggles_in_stay_in_their_flow() -> None:
    packets = [*HANDSHAKE, tcp(1, "FA"), answer(1.1, "FA"), tcp(1.2, "A"), answer(1.3, "R")]
    assert packet_counts(rows(packets)) == [(4, 3)]


def test_the_tool_of_2018_cuts_a_stream_into_three_at_its_fins() -> None:
    closing = [tcp(1, "FA"), answer(1.1, "A"), answer(1.2, "FA"), tcp(1.3, "A"), answer(1.4, "R")]
    assert packet_counts(rows([*HANDSHAKE, *closing], cic=True)) == [(3, 1), (2, 0), (1, 1)]


def test_the_tool_of_2018_ignores_a_rst_and_drops_flows_of_one_packet() -> None:
    packets = [*HANDSHAKE, tcp(1, "R"), tcp(2, "S"), udp(3, CLIENT, SERVER)]
    assert packet_counts(rows(packets, cic=True)) == [(4, 1)]


def test_the_tool_of_2018_reads_no_ipv6_and_no_header_but_tcp_and_udp() -> None:
    pings = [icmp(at, CLIENT[0], SERVER[0], 8) for at in (0, 1)]
    over_ipv6 = [udp(at, ("2001:db8::1", 1), ("2001:db8::2", 2)) for at in (0, 1)]
    found = row([*pings, *over_ipv6], cic=True)
    assert (found["Protocol"], found["TotLen Fwd Pkts"], found["Fwd Header Len"]) == (0, 0, 0)


def test_icmp_has_no_ports() -> None:
    found = row([icmp(0, CLIENT[0], SERVER[0], 8), icmp(1, SERVER[0], CLIENT[0], 0)])
    assert (found["Protocol"], found["Src Port"], found["Dst Port"]) == (1, 0, 0)
    assert packet_counts([found]) == [(1, 1)]


def test_a_packet_that_was_written_late_counts_at_the_time_of_the_one_before() -> None:
    found = row([tcp(5, "A"), tcp(4, "A"), tcp(6, "A")])
    assert (found["Flow Duration"], found["Flow IAT Min"]) == (1, 0)


def test_what_follows_a_flow_that_a_fin_ended_may_be_older_in_any_block() -> None:
    packets = [tcp(5, "S"), tcp(5, "FA"), tcp(4, "S"), tcp(4.5, "A")]
    whole = rows(packets, cic=True)
    assert whole == rows(packets, 2, cic=True) == rows(packets, 1, cic=True)
    assert [each["Flow Duration"] for each in whole] == [500_000, 0]


def test_a_packet_is_at_most_a_minute_older_than_the_newest_frame() -> None:
    found = row([other_frame(100), tcp(0, "A"), tcp(100, "A")])
    assert found["Flow Duration"] == 60


def test_frames_that_are_not_ip_are_no_flows() -> None:
    assert rows([other_frame(0)]) == []


_ENDS = [CLIENT, SERVER, ("10.0.0.9", 7)]
_PACKETS = st.lists(
    st.builds(
        lambda gap, one, other, flags, size, protocol: (gap, one, other, flags, size, protocol),
        st.sampled_from([0, 0.2, 0.9, 1.1, 5.5, 50, 130, 200, -0.5, -100]),
        st.sampled_from(_ENDS),
        st.sampled_from(_ENDS),
        st.sampled_from(["S", "SA", "A", "PA", "FA", "R", "U"]),
        st.integers(0, 3),
        st.sampled_from([6, 6, 6, 17]),
    ),
    max_size=30,
).map(lambda steps: _timed(steps))


def _timed(steps: list[Any]) -> list[Packet]:
    at, packets = 1000.0, []
    for gap, one, other, flags, size, protocol in steps:
        at += gap
        given_flags = flags if protocol == 6 else ""
        packets.append(Packet(at, *one, *other, protocol, given_flags, payload=bytes(size)))
    return packets


@given(_PACKETS, st.integers(1, 8), st.booleans())
@settings(deadline=None)
def test_the_size_of_the_blocks_changes_nothing(
    packets: list[Packet], size: int, cic: bool
) -> None:
    assert rows(packets, size, cic=cic) == rows(packets, cic=cic)


@given(_PACKETS)
@settings(deadline=None)
def test_every_packet_is_in_one_flow_of_at_most_two_minutes(packets: list[Packet]) -> None:
    found = rows(packets)
    assert sum(map(sum, packet_counts(found))) == len(packets)
    assert all(0 <= each["Flow Duration"] <= 120 for each in found)


def _turned(packet: Packet) -> Packet:
    return replace(
        packet,
        source=packet.destination,
        source_port=packet.destination_port,
        destination=packet.source,
        destination_port=packet.source_port,
    )


@given(_PACKETS)
@settings(deadline=None)
def test_turned_around_only_the_endpoints_change(packets: list[Packet]) -> None:
    apart = [packet for packet in packets if packet.source != packet.destination]
    assert _without_endpoints(rows([_turned(packet) for packet in apart])) == _without_endpoints(
        rows(apart)
    )


def _without_endpoints(found: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    left_out = {"Src IP", "Dst IP", "Src Port", "Dst Port"}
    return Counter(
        tuple(value for name, value in each.items() if name not in left_out) for each in found
    )


@given(_PACKETS)
@settings(deadline=None)
def test_other_flows_change_nothing(packets: list[Packet]) -> None:
    packets = sorted(packets, key=lambda packet: packet.at)
    others = [udp(packet.at, ("10.9.9.9", 1), ("10.9.9.8", 2)) for packet in packets]
    mixed = [each for pair in zip(packets, others, strict=True) for each in pair]
    kept = [each for each in rows(mixed) if each["Src IP"] != "10.9.9.9"]
    assert kept == rows(packets)


def _limited(packets: list[Packet], size: int, most_open: int) -> tuple[list[Any], int, int]:
    """Return the rows of the flow table, how many flows ended early, and the most open at once."""
    builder = FlowBuilder(most_open=most_open)
    over, most = [], 0
    for block in blocks(packets, size):
        over.append(builder.feed(block))
        most = max(most, builder.open_flows())
    table = flow_table(np.concatenate((*over, builder.finish())))
    return table.to_dicts(), builder.skipped[TOO_MANY_OPEN], most


def _flood(count: int) -> list[Packet]:
    return [udp(at / 1000, (f"10.1.{at >> 8}.{at & 255}", 9), SERVER) for at in range(count)]


def test_of_too_many_open_flows_the_oldest_end_early_and_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("module3.flows._INTERVAL", 10 * 512)
    packets = [*_flood(200), udp(1, ("10.1.0.0", 9), SERVER), udp(1, ("10.1.0.199", 9), SERVER)]
    found, early, most = _limited(packets, 20, 50)
    assert most <= 50 + 20
    assert early >= 200 - 50 - 10
    first = [each for each in found if each["Src IP"] == "10.1.0.0"]
    last = [each for each in found if each["Src IP"] == "10.1.0.199"]
    assert packet_counts(first) == [(1, 0), (1, 0)]
    assert packet_counts(last) == [(2, 0)]
    assert _limited(packets, 7, 50)[:2] == _limited(packets, 1 << 16, 50)[:2] == (found, early)


def test_a_flood_of_single_packets_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("module3.flows._INTERVAL", 10 * 512)
    found, early, _ = _limited(_flood(100), 20, 30)
    assert early
    assert found == rows(_flood(100))


def test_below_the_limit_nothing_ends_early() -> None:
    packets = _flood(100)
    assert _limited(packets, 20, 100)[:2] == (rows(packets), 0)
