"""DNS messages: one question, and answers with addresses and aliases."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

TYPE_A: Final = 1
TYPE_CNAME: Final = 5
TYPE_AAAA: Final = 28
NAME_ERROR: Final = 3

_QUERY_FLAGS: Final = 0x0100  # recursion desired
_ANSWER_FLAGS: Final = 0x8180  # answer, recursion desired and available
_CLASS_INTERNET: Final = 1


class Record(NamedTuple):
    """One answer: ``value`` is an address, or for CNAME a name; ``ttl`` is in seconds."""

    name: str
    kind: int
    ttl: int
    value: str


def query(identifier: int, name: str, kind: int = TYPE_A) -> bytes:
    """Return a recursive query for one name."""
    return struct.pack("!6H", identifier, _QUERY_FLAGS, 1, 0, 0, 0) + _question(name, kind)


def answer(
    identifier: int, name: str, kind: int, records: Sequence[Record], *, code: int = 0
) -> bytes:
    """Return a resolver's answer to ``query``; ``code`` is the response code."""
    message = bytearray(struct.pack("!6H", identifier, _ANSWER_FLAGS | code, 1, len(records), 0, 0))
    message += _question(name, kind)
    offsets = {name: 12}
    for record in records:
        _append_record(message, record, offsets)
    return bytes(message)


def _append_record(message: bytearray, record: Record, offsets: dict[str, int]) -> None:
    """Append a record whose name points back to where it stood before (compression)."""
    message += _pointer_or_name(record.name, offsets)
    if record.kind == TYPE_CNAME:
        data = _encoded_name(record.value)
        offsets.setdefault(record.value, len(message) + 10)
    else:
        data = ipaddress.ip_address(record.value).packed
    message += struct.pack("!HHIH", record.kind, _CLASS_INTERNET, record.ttl, len(data)) + data


def _pointer_or_name(name: str, offsets: dict[str, int]) -> bytes:
    offset = offsets.get(name)
    return _encoded_name(name) if offset is None else struct.pack("!H", 0xC000 | offset)


def _question(name: str, kind: int) -> bytes:
    return _encoded_name(name) + struct.pack("!HH", kind, _CLASS_INTERNET)


def _encoded_name(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
