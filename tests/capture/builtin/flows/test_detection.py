"""Which connections may carry a protocol that is read."""

from __future__ import annotations

import numpy as np
import pytest

from capture.builtin.flows.connection_table import Connections, new_connections
from capture.builtin.flows.datagrams import ANSWER_FIRST
from capture.builtin.flows.detection import Payloads, detect_protocols
from capture.builtin.flows.protocols import DNS, TLS, UNDECIDED
from tests.capture.builtin.flows.packet_blocks import CLIENT, SERVER, Packet, block, udp

HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(20)


def tcp_payload(data: bytes, from_client: bool = True, server_port: int = 443) -> Packet:
    ends = ((CLIENT, 40000), (SERVER, server_port))
    source, destination = ends if from_client else ends[::-1]
    return Packet(0, *source, *destination, flags="PA", payload=data)


def detected(
    packets: list[Packet],
    connections: Connections,
    in_order: list[bool] | None = None,
) -> tuple[int, int]:
    """Return the decision for the only connection, and from which packet on it is read."""
    payloads = Payloads(
        row=np.zeros(len(packets), dtype=np.int64),
        entry=np.arange(len(packets)),
        side=np.array([packet.source == SERVER for packet in packets]),
        in_order=np.array(in_order or [True] * len(packets)),
    )
    begins = detect_protocols(block(packets), payloads, connections)
    return int(connections["stream"][0]), int(begins[0])


@pytest.fixture
def connections() -> Connections:
    table = new_connections(1)
    table["first_port"], table["second_port"], table["protocol"] = 40000, 443, 6
    return table


def test_a_client_hello_is_tls(connections: Connections) -> None:
    assert detected([tcp_payload(HELLO)], connections) == (TLS, 0)


def test_other_payload_is_nothing_yet(connections: Connections) -> None:
    connections["second_port"] = 9999
    assert detected([tcp_payload(b"SSH-2.0-client..")], connections) == (UNDECIDED, 0)


def test_a_name_server_speaks_dns(connections: Connections) -> None:
    connections["second_port"] = 53
    assert detected([tcp_payload(HELLO)], connections) == (DNS, 0)


@pytest.mark.parametrize(
    ("originator", "state", "stream"),
    [(0, 0, UNDECIDED), (1, 0, DNS), (0, ANSWER_FIRST, DNS), (1, ANSWER_FIRST, UNDECIDED)],
)
def test_over_udp_the_responder_was_asked(
    connections: Connections, originator: int, state: int, stream: int
) -> None:
    """The roles were exchanged, if an answer came first, when the reader was chosen already."""
    connections["first_port"], connections["second_port"] = 53, 123
    connections["protocol"], connections["originator"] = 17, originator
    connections["state"] = state
    packet = udp(0, (CLIENT, 53), (SERVER, 123), bytes(20))
    assert detected([packet], connections)[0] == stream


def test_only_the_first_payload_of_each_direction_counts(connections: Connections) -> None:
    connections["second_port"] = 9999
    packets = [tcp_payload(b"first"), tcp_payload(HELLO), tcp_payload(b"second", False)]
    assert detected(packets, connections)[0] == UNDECIDED
    assert detected([tcp_payload(HELLO)], connections)[0] == UNDECIDED


def test_the_other_direction_may_decide_later(connections: Connections) -> None:
    connections["second_port"] = 9999
    packets = [tcp_payload(b"what is this? "), tcp_payload(b"220 mail.example ESMTP\r\n", False)]
    assert detected(packets, connections) == (TLS, 1)


def test_payload_above_a_hole_leaves_tls_possible(connections: Connections) -> None:
    connections["second_port"] = 9999
    assert detected([tcp_payload(b"the middle")], connections, [False])[0] == TLS
