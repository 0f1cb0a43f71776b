"""Records and handshake messages of many streams, cut at once."""

from capture.builtin.segment import Segment
from capture.builtin.tls.course import RECORD, STOP
from capture.builtin.tls.records_at_once import Streams, cut, in_order
from tests.capture.builtin.tls.handshakes import handshake_record, message, record
from tests.capture.builtin.tls.payloads_in_order import in_order_payload

Found = tuple[int, bool, bytes, int]
HELLO = message(1, b"hello")


def cuts(*segments: tuple[bool, bytes]) -> list[Found]:
    """Return the cuts of one connection: code, side, content and the segment that ends it."""
    connection = [Segment(number, *segment) for number, segment in enumerate(segments)]
    streams = Streams(in_order_payload([connection]))
    found, packet = in_order(streams, cut(streams))
    known = streams.contents(found.start, found.end)
    contents = [known[at] for at in range(len(packet))]
    sides = (found.stream % 2).astype(bool).tolist()
    return list(zip(found.code.tolist(), sides, contents, packet.tolist(), strict=True))


def test_messages_of_one_record() -> None:
    assert cuts((True, handshake_record(HELLO, message(14, b"")))) == [
        (1, True, b"hello", 0),
        (14, True, b"", 0),
    ]


def test_a_message_in_several_packets() -> None:
    sent = handshake_record(HELLO)
    assert cuts((False, sent[:9]), (False, sent[9:11]), (False, sent[11:])) == [
        (1, False, b"hello", 2)
    ]


def test_sides_come_in_the_order_in_which_their_messages_end() -> None:
    first, second = handshake_record(HELLO), handshake_record(message(2, b"answer"))
    assert cuts((True, first[:9]), (False, second), (True, first[9:])) == [
        (2, False, b"answer", 1),
        (1, True, b"hello", 2),
    ]


def test_records_of_other_content() -> None:
    assert cuts((True, record(20, b"\1") + record(21, b"\1\0"))) == [
        (RECORD + 20, True, b"\1", 0),
        (RECORD + 21, True, b"\1\0", 0),
    ]


def test_ciphertext_is_not_cut_into_messages_and_stands_for_what_follows() -> None:
    sent = record(20, b"\1") + handshake_record(HELLO) + record(23, b"data") + record(23, b"more")
    assert [code for code, *_ in cuts((True, sent))] == [RECORD + 20, RECORD + 22]


def test_an_unfinished_record_is_nothing() -> None:
    assert cuts((True, handshake_record(HELLO)[:-1])) == []
    assert cuts((True, handshake_record(HELLO)), (True, b"\x16\x03\x03\x00")) == [
        (1, True, b"hello", 0)
    ]


def test_stops() -> None:
    hello = handshake_record(HELLO)
    for begin, rest in (
        (hello, b"no TLS"),
        (hello, record(23, b"")),
        (hello, record(22, b"x", version=0x0505)),
        (hello, record(24, b"heartbeat")),
        (hello, handshake_record(HELLO[:-1])),
        (hello, handshake_record(b"\x01\0")),
        (hello + b"\x16\x03", b"\x03\0\x01x"),
        (hello + b"\x16\x03\x03\0\x06\x01\0", b"\0\2hi"),
    ):
        found = cuts((True, begin), (True, rest))
        assert [(code, side) for code, side, *_ in found] == [(1, True), (STOP, True)]


def test_a_stop_comes_where_it_begins() -> None:
    assert cuts((True, b"no"), (False, handshake_record(HELLO)), (True, b"thing")) == [
        (STOP, True, b"", 0),
        (1, False, b"hello", 1),
    ]


def test_many_records_end_in_a_stop() -> None:
    alerts = record(21, b"\1\0") * 100
    assert [code for code, *_ in cuts((True, alerts))][-1] == STOP
    messages = handshake_record(*[message(14, b"")] * 100)
    assert [code for code, *_ in cuts((True, messages))][-1] == STOP
