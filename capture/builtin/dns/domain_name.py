"""Domain names in a DNS message, compressed or not (RFC 1035, section 4.1.4)."""

from __future__ import annotations

from typing import Final

_LONGEST_NAME: Final = 511
_POINTER: Final = 0xC0  # from here on two bytes say where the name goes on
LONGEST_LABEL: Final = 63
LONGEST_NETBIOS_LABEL: Final = _POINTER - 1
# Each pointer must point backwards, so a loop cannot be; this bounds a long way.
_MOST_POINTERS: Final = 128


def read_name(
    data: bytes, position: int, end: int, longest_label: int = LONGEST_LABEL
) -> tuple[bytes, int]:
    """Return the lower-case name at ``position``, without a last dot, and the position after it.

    Reads what is there: a name that is cut off, too long or badly compressed ends before the fault,
    as in Zeek. On the NetBIOS port labels may be longer.
    """
    labels: list[bytes] = []
    room = _LONGEST_NAME
    after = -1
    pointers = depth = 0
    while position < end:
        length = data[position]
        position += 1
        stop = position + length
        if 0 < length <= longest_label and length <= room and stop <= end:
            labels.append(data[position:stop])
            depth = pointers
            room -= length + 1
            position = stop
        elif length >= _POINTER and position < end:
            target = (length & 0x3F) << 8 | data[position]
            if after < 0:
                after = position + 1
            pointers += 1
            if target >= position - 1 or pointers > _MOST_POINTERS:
                break
            position, end = target, position - 1
        else:
            if stop > end and length < _POINTER:
                position = end
            break
    name = b".".join(labels).lower()
    if depth and name.endswith(b"."):
        name = _without_dots(name, depth)
    return name, position if after < 0 else after


def _without_dots(name: bytes, most: int) -> bytes:
    """Return a name without dots at its end, as far as they are those of a label.

    Zeek takes the last dot from what a pointer leads to, and again from the name that ends with it.
    """
    kept = len(name.rstrip(b"."))
    return name[: max(kept, len(name) - most, 1)]
