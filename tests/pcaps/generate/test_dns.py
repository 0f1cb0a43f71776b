import ipaddress
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcaps.generate.dns import (
    NAME_ERROR,
    TYPE_A,
    TYPE_AAAA,
    TYPE_CNAME,
    Record,
    answer,
    query,
)

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
NAME = st.lists(LABEL, min_size=2, max_size=5).map(".".join)


def read_name(message: bytes, at: int) -> tuple[str, int]:
    """Return a name, following pointers, and where the bytes after it start."""
    labels: list[str] = []
    end = None
    while message[at]:
        if message[at] >= 0xC0:
            end = end or at + 2
            at = int.from_bytes(message[at : at + 2], "big") & 0x3FFF
            continue
        labels.append(message[at + 1 : at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), end or at + 1


def read_records(message: bytes) -> list[Record]:
    _, at = read_name(message, 12)
    at += 4
    records = []
    for _ in range(int.from_bytes(message[6:8], "big")):
        name, at = read_name(message, at)
        kind, _, ttl, length = struct.unpack_from("!HHIH", message, at)
        at += 10
        data = message[at : at + length]
        value = read_name(message, at)[0] if kind == TYPE_CNAME else str(ipaddress.ip_address(data))
        records.append(Record(name, kind, ttl, value))
        at += length
    assert at == len(message)
    return records


@given(NAME, st.integers(0, 65535), st.sampled_from([TYPE_A, TYPE_AAAA]))
@settings(deadline=None, max_examples=50)
def test_a_query_holds_its_question(name: str, identifier: int, kind: int) -> None:
    message = query(identifier, name, kind)
    assert struct.unpack("!6H", message[:12]) == (identifier, 0x0100, 1, 0, 0, 0)
    found, at = read_name(message, 12)
    assert (found, message[at:]) == (name, struct.pack("!HH", kind, 1))


@given(NAME, NAME, st.lists(st.ip_addresses(v=4).map(str), max_size=4), st.integers(0, 2**31))
@settings(deadline=None, max_examples=50)
def test_an_answer_with_an_alias_gives_back_its_records(
    name: str, alias: str, addresses: list[str], ttl: int
) -> None:
    records = [
        Record(name, TYPE_CNAME, ttl, alias),
        *(Record(alias, TYPE_A, ttl, address) for address in addresses),
    ]
    assert read_records(answer(7, name, TYPE_A, records)) == records


def test_repeated_names_are_pointers() -> None:
    name = "a-rather-long-host-name.example.com"
    records = [Record(name, TYPE_AAAA, 60, f"2001:db8::{number}") for number in (1, 2)]
    message = answer(1, name, TYPE_AAAA, records)
    assert message.count(b"a-rather-long-host-name") == 1
    assert read_records(message) == records


@pytest.mark.parametrize("code", [0, NAME_ERROR])
def test_the_response_code_is_in_the_header(code: int) -> None:
    message = answer(9, "nowhere.example", TYPE_A, [], code=code)
    assert struct.unpack("!6H", message[:12]) == (9, 0x8180 | code, 1, 0, 0, 0)
