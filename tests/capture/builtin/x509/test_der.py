"""Reading DER elements."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.x509.der import Element, children, content, object_identifier, read_element
from tests.capture.builtin.x509.certificates import tlv


def test_element_with_short_length():
    assert read_element(b"\x02\x01\x05", 0, 3) == Element(2, 0, 2, 3)


def test_element_with_long_length():
    data = tlv(4, b"x" * 300)
    assert read_element(data, 0, len(data)) == Element(4, 0, 4, 304)


def test_length_past_the_end_is_cut():
    assert read_element(b"\x04\x7fabc", 0, 5) == Element(4, 0, 2, 5)


def test_indefinite_length_reaches_to_the_limit():
    assert read_element(b"\x30\x80abcd", 0, 6) == Element(0x30, 0, 2, 6)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x82\x01"])
def test_cut_header_is_no_element(data):
    assert read_element(data, 0, len(data)) is None


def test_children_in_order():
    data = tlv(0x30, tlv(2, b"\x01"), tlv(12, b"two"), tlv(5))
    outer = read_element(data, 0, len(data))
    assert [(part.tag, content(data, part)) for part in children(data, outer)] == [
        (2, b"\x01"),
        (12, b"two"),
        (5, b""),
    ]


@pytest.mark.parametrize(
    ("octets", "dotted"),
    [
        ("550403", "2.5.4.3"),
        ("2a864886f70d010101", "1.2.840.113549.1.1.1"),
        ("2b0601", "1.3.6.1"),
        ("8837", "2.999"),
        ("00", "0.0"),
        ("", ""),
        ("2a86", ""),
    ],
)
def test_object_identifier(octets, dotted):
    assert object_identifier(bytes.fromhex(octets)) == dotted


def test_absurdly_long_object_identifier_is_none():
    assert object_identifier(b"\xff" * 500 + b"\x01") == ""


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=200)
def test_elements_stay_within_any_bytes(data):
    outer = read_element(data, 0, len(data))
    if outer is not None:
        end = outer.start
        for part in children(data, outer):
            assert end == part.header < part.start <= part.end <= outer.end
            end = part.end
