"""UDP and ICMP connections."""

from __future__ import annotations

import pytest

from tests.capture.builtin.flows.packet_blocks import (
    CLIENT,
    SERVER,
    connection,
    connections,
    icmp,
    udp,
)

ASKER = (CLIENT, 40000)
NAME_SERVER = (SERVER, 53)
SOMEONE = (SERVER, 9999)
ANSWER = b"\0\1\x84\0" + bytes(8)


def test_a_question_and_its_answer_are_one_connection() -> None:
    row = connection([udp(0, ASKER, SOMEONE, b"12345"), udp(0.5, SOMEONE, ASKER, b"123")])
    assert (row["conn_state"], row["history"]) == ("SF", "Dd")
    assert (row["orig_bytes"], row["resp_bytes"]) == (5, 3)
    assert (row["orig_ip_bytes"], row["resp_ip_bytes"]) == (33, 31)
    assert row["duration"] == pytest.approx(0.5)


def test_a_single_datagram_has_no_duration_and_no_sizes() -> None:
    row = connection([udp(0, ASKER, SOMEONE)])
    assert (row["conn_state"], row["duration"], row["orig_bytes"]) == ("S0", None, None)
    assert row["orig_pkts"] == 1


def test_a_datagram_from_a_server_port_has_the_roles_exchanged() -> None:
    row = connection([udp(0, (SERVER, 123), ASKER)])
    assert (row["id.orig_h"], row["id.resp_p"]) == (CLIENT, 123)
    assert (row["conn_state"], row["history"], row["resp_pkts"]) == ("SHR", "^d", 1)


def test_a_broadcast_keeps_its_sender_as_the_originator() -> None:
    row = connection([udp(0, (SERVER, 67), ("255.255.255.255", 40000))])
    assert (row["id.orig_p"], row["history"]) == (67, "D")


def test_only_255_255_255_255_is_a_broadcast() -> None:
    row = connection([udp(0, ("2001:db8::1", 67), ("2001:db8::ffff:ffff:ffff", 40000))])
    assert (row["id.resp_p"], row["history"]) == (67, "^d")


def test_a_minute_of_silence_ends_a_connection() -> None:
    packets = [udp(0, ASKER, SOMEONE), udp(59, ASKER, SOMEONE)]
    assert len(connections(packets)) == 1
    assert len(connections([*packets, udp(119, ASKER, SOMEONE)])) == 2


def test_silence_ends_a_connection_to_a_name_server_sooner() -> None:
    packets = [udp(0, ASKER, NAME_SERVER, b"x"), udp(30, ASKER, NAME_SERVER, b"x")]
    assert len(connections(packets)) == 2


@pytest.mark.parametrize("size", [1, 1 << 16])
def test_that_the_originator_has_the_port_of_a_name_server_does_not_matter(size: int) -> None:
    ends = (SERVER, 53), (CLIENT, 123)
    packets = [udp(0, *ends), udp(30, *ends), udp(90, *ends[::-1]), udp(110, *ends)]
    rows = connections([*packets, udp(115, *ends)], size)
    assert [(row["id.resp_p"], row["orig_pkts"] + row["resp_pkts"]) for row in rows] == [
        (123, 2),
        (53, 1),
        (123, 2),
    ]


def test_a_dns_answer_that_comes_first_counts_for_the_asker() -> None:
    row = connection([udp(0, (SERVER, 5353), (CLIENT, 5353), ANSWER)])
    assert (row["id.orig_h"], row["id.resp_h"]) == (CLIENT, SERVER)
    assert (row["history"], row["orig_pkts"], row["resp_pkts"]) == ("D^", 1, 0)


def test_a_dns_answer_to_a_group_is_no_answer_to_a_host() -> None:
    row = connection([udp(0, (SERVER, 5353), ("224.0.0.251", 5353), ANSWER)])
    assert (row["id.orig_h"], row["history"]) == (SERVER, "D")


def test_echo_requests_and_replies_are_one_connection() -> None:
    row = connection([icmp(0, CLIENT, SERVER, 8), icmp(0.1, SERVER, CLIENT, 0)])
    assert (row["proto"], row["conn_state"], row["history"]) == ("icmp", "OTH", None)
    assert (row["id.orig_p"], row["id.resp_p"]) == (8, 0)
    assert (row["orig_bytes"], row["resp_bytes"]) == (8, 8)


def test_icmp_errors_are_one_way_and_kept_apart_by_code() -> None:
    packets = [
        icmp(0, SERVER, CLIENT, 3, 1),
        icmp(1, SERVER, CLIENT, 3, 3),
        icmp(2, CLIENT, SERVER, 3, 3),
    ]
    rows = connections(packets)
    assert [(row["id.orig_p"], row["id.resp_p"], row["resp_pkts"]) for row in rows] == [
        (3, 1, 0),
        (3, 3, 0),
        (3, 3, 0),
    ]
