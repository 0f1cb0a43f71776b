import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.dns.message import (
    MOST_QUESTIONS,
    DnsFormatError,
    Question,
    parse_message,
)
from tests.capture.builtin.dns.message_bytes import (
    RESPONSE,
    message,
    name,
    query,
    question,
    record,
    reply,
)


def test_query() -> None:
    got = parse_message(query(7, "Example.com", 28))
    assert (got.is_response, got.operation) == (False, 0)
    assert got.question == Question("example.com", 28, "AAAA", 1, "C_INTERNET")
    assert (got.owner, got.answers) == (None, ())
    assert got.whole


def test_response() -> None:
    got = parse_message(reply(7))
    assert (got.is_response, got.response_code, got.records) == (True, 0, 1)
    assert (got.owner, got.answers, got.lifetimes) == ("example.com", ("10.0.0.1",), (60,))
    assert got.whole


def test_flags() -> None:
    got = parse_message(message(flags=0x8000 | 5 << 11 | 3))
    assert (got.is_response, got.operation, got.response_code) == (True, 5, 3)


def test_compressed_names_in_owner_and_data() -> None:
    answers = (record(b"\xc0\x0c", 5, b"\x03cdn\xc0\x0c"), record(b"\xc0\x29", 1, b"\x01\2\3\4"))
    got = parse_message(message(1, RESPONSE, (question("example.com"),), answers))
    assert (got.owner, got.answers) == ("example.com", ("cdn.example.com", "1.2.3.4"))


def test_compressed_owner_of_the_first_answer() -> None:
    answer = record(b"\x03www\xc0\x0c", 1, b"\1\2\3\4")
    got = parse_message(message(1, RESPONSE, (question("example.com"),), (answer,)))
    assert got.owner == "www.example.com"


def test_answers_without_text_tell_their_owner_only() -> None:
    answers = (record("a", 41, b"\0"), record("b", 11, b"\1\2\3\4\6"), record("c", 1, b"\1\2\3\4"))
    got = parse_message(message(1, RESPONSE, (), answers))
    assert (got.owner, got.answers) == ("b", ("1.2.3.4",))


@pytest.mark.parametrize("length", range(12))
def test_less_than_a_header_is_no_message(length: int) -> None:
    with pytest.raises(DnsFormatError):
        parse_message(query()[:length])


def test_truncated_message_keeps_what_was_read() -> None:
    whole = message(
        1,
        RESPONSE,
        (question("a.b"),),
        (record("a.b", 1, b"\1\2\3\4"), record("a.b", 1, b"\1\2\3\5")),
    )
    got = parse_message(whole[:-1])
    assert got.answers == ("1.2.3.4",)
    assert not got.whole


def test_cut_question() -> None:
    got = parse_message(query()[:-1])
    assert got.question is None
    assert not got.whole


def test_absurd_number_of_questions_is_not_read() -> None:
    questions = (question("a"),) * (MOST_QUESTIONS + 1)
    got = parse_message(message(questions=questions))
    assert got.question is None
    assert not got.whole
    assert parse_message(message(questions=questions[1:])).whole


def test_record_without_data_in_mid_message_breaks_it() -> None:
    got = parse_message(message(1, RESPONSE, (), (record("a", 16, b""), record("a", 16, b""))))
    assert not got.whole


def test_more_records_promised_than_there_are() -> None:
    assert not parse_message(struct.pack(">6H", 1, RESPONSE, 0, 1000, 0, 0)).whole


def test_next_secure_names_both_ends() -> None:
    data = name("b.example") + b"\x00\x01\x40"
    got = parse_message(message(1, RESPONSE, (), (record("a.example", 47, data),)))
    assert got.answers == ("NSEC a.example b.example",)


def test_netbios_reads_srv_as_node_status() -> None:
    data = message(1, RESPONSE, (), (record("a", 33, bytes(6) + name("target")),))
    assert parse_message(data).answers == ("target",)
    assert parse_message(data, netbios=True).owner is None


@given(st.binary(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_bytes_below_a_header(body: bytes) -> None:
    parse_message(struct.pack(">6H", 1, RESPONSE, 1, 3, 0, 0) + body)


@given(st.integers(0, 200), st.integers(0, 255), st.booleans())
@settings(max_examples=200, deadline=None)
def test_changed_bytes(position: int, value: int, netbios: bool) -> None:
    answers = tuple(
        record(b"\xc0\x0c", kind, name("x.y") + bytes(20)) for kind in (5, 6, 15, 16, 33)
    )
    data = bytearray(message(1, RESPONSE, (question("example.com"),), answers))
    data[position % len(data)] = value
    parse_message(bytes(data), netbios=netbios)


def test_many_answers_of_long_compressed_names_are_read_once_each() -> None:
    labels = b"\x01a" * 250 + b"\0"
    owner = b"\xc0\x0c"
    answers = (record(owner, 1, b"\1\2\3\4"),) * 3000
    data = message(1, RESPONSE, (labels + struct.pack(">HH", 1, 1),), answers)
    assert len(parse_message(data).answers) == 3000


def test_answers_do_not_grow_without_limit() -> None:
    name = b"\x3f" + b"\xff" * 63
    long_name = name * 7 + b"\0"
    pointers = b"\xc0\x0c\0\x05\0\x01\0\0\0\x01\0\x02\xc0\x0c" * 4000
    payload = struct.pack(">6H", 1, 0x8180, 1, 4000, 0, 0) + long_name + b"\0\x01\0\x01" + pointers
    parsed = parse_message(payload)
    assert not parsed.whole
    assert 0 < len(parsed.answers) < 400
