"""Results of a parser that are remembered, within a limit."""

import pytest

from capture.builtin.parsed_once import RESULT_BYTES, ParsedOnce
from capture.builtin.x509.certificate import parse_certificate
from tests.capture.builtin.x509.certificates import certificate, name

DER = certificate(name(COMMON_NAME="a"))


def test_the_same_bytes_give_the_same_certificate():
    once = ParsedOnce(parse_certificate)
    assert once[DER] is once[bytes(bytearray(DER))]


def test_what_exceeds_the_limit_makes_room_for_itself():
    first, second, third = (certificate(name(COMMON_NAME=text)) for text in "abc")
    once = ParsedOnce(parse_certificate, limit=len(first) + len(second) + 2 * RESULT_BYTES + 10)
    forgotten, kept = once[first], once[second]
    assert once[first] is forgotten
    assert once[second] is kept
    last = once[third]
    assert once[third] is last
    assert once[first] is not forgotten


def test_what_is_larger_than_the_limit_is_not_kept():
    once = ParsedOnce(parse_certificate, limit=len(DER) + RESULT_BYTES - 1)
    assert once[DER] is not once[DER]
    assert once[DER] == parse_certificate(DER)


def test_what_the_parser_raises_is_raised_every_time():
    once = ParsedOnce(int)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            once[b"no number"]
