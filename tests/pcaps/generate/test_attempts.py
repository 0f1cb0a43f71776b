from pcaps.generate.attempts import half_open, mid_stream, refused, scan, unanswered
from pcaps.generate.headers import ACK, RST, SYN
from pcaps.generate.network import Route
from pcaps.generate.packet import Flight, Packet
from tests.pcaps.generate.dissection import dissect

START = 10**18
ROUTE = Route(("192.168.1.23", 50_000), ("198.51.100.7", 443), 0.03)


def shape(packets: list[Packet]) -> list[tuple[bool, int, int]]:
    """Return (from the client, flags, time since the start in ms) of each packet."""
    found = [dissect(packet) for packet in packets]
    assert all(item.checksums_right for item in found)
    return [
        (item.source_port == 50_000, item.flags, (item.time_ns - START) // 10**6) for item in found
    ]


def test_an_unanswered_syn_is_repeated_with_doubling_pauses() -> None:
    packets = unanswered(ROUTE, START, repetitions=3)
    assert shape(packets) == [
        (True, SYN, 0),
        (True, SYN, 1000),
        (True, SYN, 3000),
        (True, SYN, 7000),
    ]
    assert len({packet.frame for packet in packets}) == 1


def test_a_refused_connection_is_reset_by_the_server() -> None:
    packets = refused(ROUTE, START)
    assert shape(packets) == [(True, SYN, 0), (False, RST | ACK, 30)]
    assert dissect(packets[1]).acknowledgement == (dissect(packets[0]).sequence + 1) % 2**32


def test_a_half_open_connection_lacks_the_last_step() -> None:
    assert shape(half_open(ROUTE, START)) == [(True, SYN, 0), (False, SYN | ACK, 30)]


def test_a_scan_sends_one_syn_to_each_port() -> None:
    packets = scan(ROUTE, START, range(20, 24), 0.5)
    assert [dissect(packet).destination_port for packet in packets] == [20, 21, 22, 23]
    assert shape(packets) == [(True, SYN, 500 * number) for number in range(4)]


def test_a_stream_seen_from_the_middle_has_no_handshake_and_no_end() -> None:
    packets = mid_stream(ROUTE, START, [Flight(True, b"a"), Flight(False, b"b")])
    assert [dissect(packet).payload for packet in packets] == [b"a", b"", b"b"]
