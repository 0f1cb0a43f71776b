import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.dns.records import STOP, read_record_data
from tests.capture.builtin.dns.message_bytes import name


def read(kind: int, data: bytes, after: bytes = b"\xff" * 8) -> tuple[str | None, int]:
    whole = bytes(4) + data + after
    return read_record_data(kind, whole, 4, len(whole), len(data))


SIGNATURE = struct.pack(">HBBIIIH", 48, 10, 2, 60, 0, 0, 1)


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        (1, b"\x01\x02\x03\xff", "1.2.3.255"),
        (28, bytes(15) + b"\x01", "::1"),
        (28, bytes(10) + b"\xff\xff\x01\x02\x03\x04", "1.2.3.4"),
        (2, name("ns.example"), "ns.example"),
        (5, name("Alias.Example"), "alias.example"),
        (12, name("host.example"), "host.example"),
        (15, b"\0\x0a" + name("mail.example"), "mail.example"),
        (33, bytes(6) + name("target.example"), "target.example"),
        (6, name("ns.example") + name("admin.example") + bytes(20), "ns.example"),
        (16, b"\x05hello\x03abc", "TXT 5 hello TXT 3 abc"),
        (16, b"\0", "TXT 0 "),
        (99, b"\x02v=", "SPF 2 v="),
        (11, b"\1\2\3\4\6", ""),
        (43, struct.pack(">HBB", 1, 8, 2) + bytes(32), "DS 8 2"),
        (44, b"\x01\x01\xab\xcd", "SSHFP: abcd"),
        (46, SIGNATURE + name("example") + bytes(64), "RRSIG 48 example"),
        (46, SIGNATURE + name("") + bytes(64), "RRSIG 48 <Root>"),
        (48, b"\x01\x01\x03\x0a" + bytes(32), "DNSKEY 10"),
        (50, bytes(6), "NSEC3"),
        (51, bytes(5), "NSEC3PARAM"),
        (29, b"\x00\x12\x16\x13" + bytes(12), "LOC:  18 22 19"),
        (65534, bytes(5), "BIND9 signing signal"),
        (10, b"anything", "<unknown type=10>"),
        (35, bytes(9), "<unknown type=35>"),
    ],
)
def test_text_as_zeek_prints_it(kind: int, data: bytes, text: str) -> None:
    assert read(kind, data) == (text, 4 + len(data))


@pytest.mark.parametrize("kind", [13, 32, 41, 64, 65, 249, 250, 257])
def test_types_that_answers_leaves_out(kind: int) -> None:
    assert read(kind, bytes(7)) == (None, 11)


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [(1, b"\1\2\3", None), (16, b"\x02ab\x09x", "TXT 2 ab")],
)
def test_broken_data_stop_the_reading(kind: int, data: bytes, text: str | None) -> None:
    assert read(kind, data) == (text, STOP)


@pytest.mark.parametrize("kind", [6, 29, 43, 46, 48, 50, 51])
def test_data_cut_off_by_the_end_of_the_message(kind: int) -> None:
    assert read(kind, b"\0\0", after=b"") == (None, STOP)


@given(st.integers(0, 300), st.binary(max_size=60), st.integers(0, 80))
@settings(max_examples=200, deadline=None)
def test_any_data_of_any_type(kind: int, data: bytes, length: int) -> None:
    text, position = read_record_data(kind, data, 0, len(data), min(length, len(data)))
    assert text is None or isinstance(text, str)
    assert position >= STOP
