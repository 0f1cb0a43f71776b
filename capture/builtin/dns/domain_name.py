"""Domain names in a DNS message, compressed or not (RFC 1035, section 4.1.4)."""

from __future__ import annotations

from typing import Final

_LONGEST_NAME: Final = 511
# Each pointer must point backwards, so a loop cannot be; this bounds a long way.
_MOST_POINTERS: Final = 128


def read_name(data: bytes, position: int, end: int, longest_label: int = 63) -> tuple[bytes, int]:
    """Return the lower-case name at ``position``, without a last dot, and the position after it.

    Reads what is there: a name that is cut off, too long or badly compressed ends before the fault,
    as in Zeek. NetBIOS allows labels longer than 63 bytes.
    """
    labels: list[bytes] = []
    room = _LONGEST_NAME
    after = -1
    pointers = 0
    while position < end:
        length = data[position]
        position += 1
        if length == 0 or position >= end:
            break
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | data[position]
            if after < 0:
                after = position + 1
            pointers += 1
            if target >= position - 1 or pointers > _MOST_POINTERS:
                break
            position, end = target, position - 1
            continue
        if length > end - position:
            position = end
            break
        if length > longest_label or length > room:
            break
        labels.append(data[position : position + length])
        room -= length + 1
        position += length
    return b".".join(labels).lower(), position if after < 0 else after
