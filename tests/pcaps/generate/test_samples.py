import itertools
from collections.abc import Callable

import pytest

from pcaps.generate.packet import NANOSECONDS, Packet
from pcaps.generate.samples import (
    BEACON_INTERVAL,
    BEACON_JITTER,
    BEACON_SERVER,
    BEACONS,
    beacon,
    browsing,
    over_ipv6,
    tls_1_3_only,
)
from pcaps.generate.web_server import Authority
from tests.pcaps.generate.dissection import dissect

SYN = 2


@pytest.fixture(scope="module")
def beacon_packets(authority: Authority) -> list[Packet]:
    return beacon(authority)


def test_beacons_come_every_minute_give_or_take_two_seconds(beacon_packets: list[Packet]) -> None:
    starts = [
        packet.time_ns / NANOSECONDS
        for packet in map(dissect, beacon_packets)
        if packet.flags == SYN and packet.destination == BEACON_SERVER[0]
    ]
    intervals = [late - early for early, late in itertools.pairwise(starts)]
    assert len(intervals) == BEACONS - 1
    assert all(abs(interval - BEACON_INTERVAL) <= BEACON_JITTER for interval in intervals)
    assert max(intervals) - min(intervals) > 1


def test_no_name_leads_to_the_beacons_server(beacon_packets: list[Packet]) -> None:
    address = bytes(int(part) for part in BEACON_SERVER[0].split("."))
    answers = [packet for packet in map(dissect, beacon_packets) if packet.source_port == 53]
    assert answers
    assert not any(address in packet.payload for packet in answers)


def test_times_and_name_look_ups_are_the_same_in_every_run(
    authority: Authority, beacon_packets: list[Packet]
) -> None:
    def look_ups(packets: list[Packet]) -> list[Packet]:
        return [packet for packet in packets if 53 in dissect(packet)[4:6]]

    def starts(packets: list[Packet]) -> list[int]:
        return [packet.time_ns for packet in packets if dissect(packet).flags == SYN]

    again = beacon(authority)
    assert look_ups(again) == look_ups(beacon_packets)
    assert starts(again) == starts(beacon_packets)


@pytest.mark.parametrize("make", [browsing, over_ipv6, tls_1_3_only])
def test_every_packet_of_a_sample_is_sound_and_in_order(
    make: Callable[[Authority], list[Packet]], authority: Authority
) -> None:
    packets = make(authority)
    assert all(dissect(packet).checksums_right for packet in packets)
    times = [packet.time_ns for packet in packets]
    assert times == sorted(times)
