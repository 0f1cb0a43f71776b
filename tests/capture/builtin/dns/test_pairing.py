from capture.builtin.connection import Connection
from capture.builtin.dns.message import parse_message
from capture.builtin.dns.pairing import Pairing
from capture.builtin.dns.transaction import Transaction
from tests.capture.builtin.dns.message_bytes import QUERY, message, query, question, reply

CONNECTION = Connection("C1", "10.0.0.1", 5000, "10.0.0.53", 53, "udp")
SECOND = 1_000_000_000


def feed(pairing: Pairing, *messages: tuple[int, bytes]) -> list[Transaction]:
    return [
        row
        for time, data in messages
        for row in pairing.feed(int.from_bytes(data[:2], "big"), parse_message(data), time)
    ]


def asked(row: Transaction) -> tuple[str, str]:
    """Return the name and type of the question."""
    assert row.query is not None
    assert row.query.question is not None
    return row.query.question.name, row.query.question.kind_name


def test_query_and_response_make_one_transaction_with_the_time_of_the_query() -> None:
    pairing = Pairing(CONNECTION)
    rows = feed(pairing, (SECOND, query()), (SECOND + SECOND // 4, reply()))
    assert len(rows) == 1
    assert rows[0].time_ns == SECOND
    assert rows[0].round_trip_ns == SECOND // 4
    assert rows[0].response == parse_message(reply())
    assert not list(pairing.rest())
    assert list(pairing.rest()) == []


def test_unanswered_query_comes_at_the_end() -> None:
    pairing = Pairing(CONNECTION)
    assert feed(pairing, (SECOND, query())) == []
    (row,) = pairing.rest()
    assert (asked(row), row.response) == (("example.com", "A"), None)


def test_response_alone_has_no_round_trip() -> None:
    pairing = Pairing(CONNECTION)
    assert feed(pairing, (SECOND, reply())) == []
    (row,) = pairing.rest()
    assert (row.query, row.response, row.round_trip_ns) == (None, parse_message(reply()), None)


def test_response_before_its_query_still_pairs() -> None:
    pairing = Pairing(CONNECTION)
    rows = feed(pairing, (SECOND, reply()), (2 * SECOND, query()))
    assert [row.time_ns for row in rows] == [SECOND]
    assert asked(rows[0]) == ("example.com", "A")


def test_responses_in_another_order_pair_by_number() -> None:
    pairing = Pairing(CONNECTION)
    rows = feed(
        pairing,
        (1 * SECOND, query(1, "one.example")),
        (2 * SECOND, query(2, "two.example")),
        (3 * SECOND, query(3, "three.example")),
        (4 * SECOND, reply(3)),
        (5 * SECOND, reply(1)),
        (6 * SECOND, reply(2)),
    )
    assert [asked(row)[0] for row in rows] == ["three.example", "one.example", "two.example"]


def test_repeated_number_pairs_in_order_of_asking() -> None:
    pairing = Pairing(CONNECTION)
    rows = feed(
        pairing,
        (1 * SECOND, query(1, "first.example")),
        (2 * SECOND, query(1, "second.example")),
        (3 * SECOND, reply(1)),
        (4 * SECOND, reply(1)),
    )
    assert [asked(row)[0] for row in rows] == ["first.example", "second.example"]


def test_operations_other_than_queries_give_no_row() -> None:
    pairing = Pairing(CONNECTION)
    assert feed(pairing, (1, message(1, 5 << 11, (question("a"),)))) == []
    assert not list(pairing.rest())


def test_unmatched_messages_do_not_pile_up() -> None:
    pairing = Pairing(CONNECTION)
    messages = [(number, query(number)) for number in range(1000)]
    given_up = feed(pairing, *messages)
    waiting = list(pairing.rest())
    assert len(waiting) < 60
    assert len(given_up) + len(waiting) == 1000


def test_unmatched_messages_of_one_number_do_not_pile_up() -> None:
    pairing = Pairing(CONNECTION)
    given_up = feed(pairing, *[(time, query(1)) for time in range(1000)])
    waiting = list(pairing.rest())
    assert len(waiting) < 60
    assert len(given_up) + len(waiting) == 1000


def test_query_with_several_questions_is_named_after_the_last() -> None:
    pairing = Pairing(CONNECTION)
    feed(pairing, (1, message(1, QUERY, (question("a"), question("b", 28)))))
    (row,) = pairing.rest()
    assert asked(row) == ("b", "AAAA")
