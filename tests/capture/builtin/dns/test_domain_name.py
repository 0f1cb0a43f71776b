import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.dns.domain_name import LONGEST_NETBIOS_LABEL, read_name
from tests.capture.builtin.dns.message_bytes import name


def test_labels_are_joined_and_lower_case() -> None:
    data = name("WWW.Example.com") + b"rest"
    assert read_name(data, 0, len(data)) == (b"www.example.com", len(data) - 4)


def test_root_is_empty() -> None:
    assert read_name(b"\0x", 0, 2) == (b"", 1)


def test_pointer_goes_on_elsewhere_and_the_name_ends_after_it() -> None:
    data = name("example.com") + b"\x03www\xc0\x00" + b"rest"
    assert read_name(data, 13, len(data)) == (b"www.example.com", 19)


def test_pointer_to_a_pointer() -> None:
    data = name("com") + b"\x07example\xc0\x00" + b"\x03www\xc0\x05" + b"x"
    assert read_name(data, 15, len(data)) == (b"www.example.com", 21)


@pytest.mark.parametrize(
    ("data", "start", "expected"),
    [
        (b"\x02a.\0x", 0, b"a."),
        (b"\x02a.\0\x03www\xc0\x00x", 4, b"www.a"),
        (b"\x04a...\0\x01b\xc0\x00\x01c\xc0\x06x", 10, b"c.b.a."),
        (b"\x02a.\xc0\x03x", 0, b"a."),
        (b"\x01.\0\xc0\x00x", 3, b"."),
    ],
    ids=["plain", "compressed", "twice", "to nowhere", "nothing else"],
)
def test_dots_of_labels_fall_away_where_a_pointer_led_to_them(
    data: bytes, start: int, expected: bytes
) -> None:
    assert read_name(data, start, len(data))[0] == expected


@pytest.mark.parametrize("pointer", [b"\xc0\x00", b"\xc0\x05", b"\xff\xff"])
def test_pointers_to_themselves_or_forwards_end_the_name(pointer: bytes) -> None:
    assert read_name(pointer + b"\x01a\0", 0, 5) == (b"", 2)


def test_cut_off_label_ends_the_name() -> None:
    assert read_name(b"\x03www\x07exam", 0, 9) == (b"www", 9)


def test_labels_over_63_bytes_are_for_netbios_only() -> None:
    data = b"\x40" + b"a" * 64 + b"\0x"
    assert read_name(data, 0, len(data)) == (b"", 1)
    assert read_name(data, 0, len(data), LONGEST_NETBIOS_LABEL) == (b"a" * 64, 66)


def test_names_have_a_bounded_length() -> None:
    data = (b"\x3f" + b"a" * 63) * 20 + b"\0x"
    assert len(read_name(data, 0, len(data))[0]) <= 512


def test_long_ways_of_pointers_are_given_up() -> None:
    pointers = b"".join((0xC000 | max(0, 2 * step)).to_bytes(2, "big") for step in range(5000))
    data = b"\x01a" + pointers + b"x"
    found, position = read_name(data, len(data) - 3, len(data))
    assert position == len(data) - 1
    assert len(found) < 10


@given(st.binary(min_size=1, max_size=80), st.integers(0, 80))
@settings(max_examples=200, deadline=None)
def test_any_bytes_end_within_the_data(data: bytes, position: int) -> None:
    position = min(position, len(data))
    found, after = read_name(data, position, len(data))
    assert position <= after <= len(data)
    assert len(found) <= 512
