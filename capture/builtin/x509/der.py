"""A bounds-checked, tolerant reader of DER (ITU-T X.690).

A length that points past the end of the data is cut there, so that a truncated certificate still
gives what it holds; nothing here raises on malformed input.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30

_LONG_FORM: Final = 0x80
_MANY_LENGTH_BYTES: Final = 8
_LONGEST_IDENTIFIER: Final = 128


class Element(NamedTuple):
    """One element: its identifier octet, the offset of its header, and where its content lies."""

    tag: int
    header: int
    start: int
    end: int


def read_element(data: bytes, offset: int, limit: int) -> Element | None:
    """Return the element at ``offset``, None when less than a header lies before ``limit``.

    An indefinite length, and one of more than eight bytes, reaches to ``limit``. Tag numbers above
    30 do not occur in certificates; their further octets would be read as the length.
    """
    if offset + 2 > limit:
        return None
    tag, length = data[offset], data[offset + 1]
    start = offset + 2
    if length < _LONG_FORM:
        return Element(tag, offset, start, min(start + length, limit))
    size = length - _LONG_FORM
    if size == 0 or size > _MANY_LENGTH_BYTES:
        return Element(tag, offset, start, limit)
    start += size
    if start > limit:
        return None
    length = int.from_bytes(data[start - size : start], "big")
    return Element(tag, offset, start, min(start + length, limit))


def children(data: bytes, element: Element) -> list[Element]:
    """Return the elements that lie side by side in the content of ``element``."""
    found = []
    offset, limit = element.start, element.end
    while offset + 2 <= limit:
        start = offset + 2
        end = start + data[offset + 1]
        # A length of one byte, as nearly all have, needs no thought.
        if end - start < _LONG_FORM and end <= limit:
            child = Element(data[offset], offset, start, end)
        elif (read := read_element(data, offset, limit)) is not None:
            child = read
        else:
            break
        found.append(child)
        offset = child.end
    return found


def content(data: bytes, element: Element) -> bytes:
    """Return the content octets."""
    return data[element.start : element.end]


def unsigned(data: bytes, element: Element) -> int:
    """Return the content of an INTEGER, taken as not negative."""
    return int.from_bytes(data[element.start : element.end], "big")


@lru_cache(maxsize=4096)
def object_identifier(octets: bytes) -> str:
    """Return an OBJECT IDENTIFIER in dotted form, empty when its octets are none."""
    if not octets or len(octets) > _LONGEST_IDENTIFIER or octets[-1] & 0x80:
        return ""
    arcs = []
    value = 0
    for octet in octets:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
