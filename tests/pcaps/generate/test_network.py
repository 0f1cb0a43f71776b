import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcaps.generate.headers import ACK, FIN, RST, SYN
from pcaps.generate.network import Ending, Route, tcp_session, udp_exchange
from pcaps.generate.packet import Flight
from tests.pcaps.generate.dissection import dissect, stream

CLIENT, SERVER = ("192.168.1.23", 50_000), ("198.51.100.7", 443)
ROUTE = Route(CLIENT, SERVER, 0.03)
START = 1_773_000_000_000_000_000

FLIGHTS = st.lists(
    st.builds(
        Flight,
        st.booleans(),
        st.integers(1, 9000).map(bytes),
        st.floats(0, 0.2, allow_nan=False),
    ),
    max_size=6,
)


@given(FLIGHTS)
@settings(deadline=None, max_examples=40)
def test_both_streams_arrive_whole_and_every_checksum_is_right(flights: list[Flight]) -> None:
    packets = tcp_session(ROUTE, START, flights)
    sent = {True: b"", False: b""}
    for flight in flights:
        sent[flight.from_client] += flight.data
    assert (stream(packets, CLIENT[0]), stream(packets, SERVER[0])) == (sent[True], sent[False])
    assert all(dissect(packet).checksums_right for packet in packets)


@given(FLIGHTS)
@settings(deadline=None, max_examples=40)
def test_nothing_is_acknowledged_before_it_was_sent(flights: list[Flight]) -> None:
    segments = [dissect(packet) for packet in tcp_session(ROUTE, START, flights)]
    sent_up_to = {CLIENT[0]: 0, SERVER[0]: 0}
    first = {CLIENT[0]: segments[0].sequence, SERVER[0]: segments[1].sequence}
    for segment in segments:
        if segment.flags & ACK:
            acknowledged = (segment.acknowledgement - first[segment.destination]) % 2**32
            assert acknowledged <= sent_up_to[segment.destination]
        length = len(segment.payload) + bool(segment.flags & (SYN | FIN))
        end = (segment.sequence - first[segment.source]) % 2**32 + length
        sent_up_to[segment.source] = max(sent_up_to[segment.source], end)


@given(FLIGHTS)
@settings(deadline=None, max_examples=40)
def test_acknowledgements_of_a_side_never_go_back(flights: list[Flight]) -> None:
    segments = [dissect(packet) for packet in tcp_session(ROUTE, START, flights)]
    for source, peer_first in (
        (CLIENT[0], segments[1].sequence),
        (SERVER[0], segments[0].sequence),
    ):
        numbers = [
            (segment.acknowledgement - peer_first) % 2**32
            for segment in segments
            if segment.source == source and segment.flags & ACK
        ]
        assert numbers == sorted(numbers)


def test_times_go_forward_and_the_server_is_a_round_trip_away() -> None:
    flights = [Flight(True, b"question"), Flight(False, b"answer", wait=0.2)]
    packets = tcp_session(ROUTE, START, flights)
    times = [packet.time_ns - START for packet in packets]
    assert times == sorted(times)
    assert times[:2] == [0, 30_000_000]
    question, answer = (
        packet for packet in packets if dissect(packet).payload in (b"question", b"answer")
    )
    assert 0.23e9 <= answer.time_ns - question.time_ns < 0.231e9


def test_the_first_data_is_acknowledged_at_once_and_later_data_with_the_answer() -> None:
    flights = [Flight(bool(number % 2 == 0), bytes(10 + number)) for number in range(4)]
    segments = [dissect(packet) for packet in tcp_session(ROUTE, START, flights)]
    assert [len(segment.payload) for segment in segments] == [0, 0, 0, 10, 0, 11, 12, 13, 0, 0, 0]


def test_a_late_answer_is_preceded_by_a_delayed_acknowledgement() -> None:
    flights = [Flight(True, b"first"), Flight(True, b"question"), Flight(False, b"answer", 0.2)]
    segments = [dissect(packet) for packet in tcp_session(ROUTE, START, flights)]
    question = next(item for item in segments if item.payload == b"question")
    acknowledgements = [
        (item.time_ns - question.time_ns) // 1_000_000
        for item in segments
        if item.source == SERVER[0] and not item.payload and item.time_ns > question.time_ns
    ]
    assert acknowledgements[:2] == [29, 70]


def test_a_long_flight_is_cut_into_full_segments_and_sent_in_growing_bursts() -> None:
    packets = tcp_session(ROUTE, START, [Flight(False, bytes(40 * 1460 + 1))])
    sent = [segment for segment in map(dissect, packets) if segment.payload]
    assert [len(segment.payload) for segment in sent] == [1460] * 40 + [1]
    pauses = [
        index
        for index, (one, two) in enumerate(itertools.pairwise(sent), start=1)
        if two.time_ns - one.time_ns > 20_000_000
    ]
    assert pauses == [10, 30]


@pytest.mark.parametrize(
    ("ending", "flags"),
    [
        (Ending.CLIENT_FIN, [(True, FIN | ACK), (False, FIN | ACK), (True, ACK)]),
        (Ending.SERVER_FIN, [(False, FIN | ACK), (True, FIN | ACK), (False, ACK)]),
        (Ending.CLIENT_RESET, [(True, RST | ACK)]),
        (Ending.SERVER_RESET, [(False, RST | ACK)]),
        (Ending.OPEN, []),
    ],
)
def test_a_connection_ends_as_asked(ending: Ending, flags: list[tuple[bool, int]]) -> None:
    segments = [dissect(packet) for packet in tcp_session(ROUTE, START, [], ending=ending)]
    assert [(item.source == CLIENT[0], item.flags) for item in segments] == [
        (True, SYN),
        (False, SYN | ACK),
        (True, ACK),
        *flags,
    ]


def test_a_udp_exchange_keeps_datagrams_and_turns() -> None:
    flights = [Flight(True, b"who"), Flight(True, b"where", 0.1), Flight(False, b"here", 0.01)]
    found = [dissect(packet) for packet in udp_exchange(ROUTE, START, flights)]
    assert [(item.source, item.payload) for item in found] == [
        (CLIENT[0], b"who"),
        (CLIENT[0], b"where"),
        (SERVER[0], b"here"),
    ]
    assert [item.time_ns - START for item in found] == [0, 100_000_000, 140_300_000]
    assert all(item.checksums_right for item in found)
