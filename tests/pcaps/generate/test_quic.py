from pcaps.generate.certificates import Identity
from pcaps.generate.network import Route
from pcaps.generate.quic import QuicExchange
from tests.pcaps.generate.dissection import dissect

START = 1_773_000_000_000_000_000
ROUTE = Route(("192.168.1.23", 50_000), ("198.51.100.7", 443), 0.03)


def exchange(identity: Identity) -> QuicExchange:
    made = QuicExchange(ROUTE, START, identity, "www.example.com")
    made.handshake()
    return made


def test_the_handshake_begins_with_a_padded_initial_packet_of_version_1(
    identity: Identity,
) -> None:
    first = dissect(exchange(identity).packets[0])
    assert (first.source, first.destination_port, first.checksums_right) == (
        "192.168.1.23",
        443,
        True,
    )
    assert len(first.payload) >= 1200
    assert first.payload[0] & 0xF0 == 0xC0
    assert first.payload[1:5] == b"\0\0\0\1"


def test_a_response_reaches_the_client_after_the_wait(identity: Identity) -> None:
    made = exchange(identity)
    before = len(made.packets)
    made.request("/", 20_000, wait=1.5)
    made.close(wait=3.0)
    packets = [dissect(packet) for packet in made.packets[before:]]
    received = sum(len(packet.payload) for packet in packets if packet.source_port == 443)
    assert 20_000 < received < 24_000
    assert packets[0].time_ns - START > 1_500_000_000
    assert packets[-1].time_ns - packets[-2].time_ns > 2_900_000_000
    assert packets[-1].source == "192.168.1.23"


def test_times_go_forward(identity: Identity) -> None:
    made = exchange(identity)
    made.request("/", 5_000)
    times = [packet.time_ns for packet in made.packets]
    assert times == sorted(times)
