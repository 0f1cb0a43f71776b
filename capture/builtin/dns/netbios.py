"""NetBIOS names as they stand in DNS names (RFC 1001, section 14.1)."""

from __future__ import annotations

import re

_NAME_LENGTH = 15
# 1 and 2 stand around the name of the browser service.
_LEGAL = re.compile(rb"[\x01\x02\x20-\x7e]*")


def decode_netbios_name(name: bytes) -> bytes:
    """Return the machine or group name of a first-level encoded name, empty if it is none.

    Each byte is two letters from A to P; the sixteenth byte, the kind of the name, is left out, and
    so is what fills the name up: spaces, or bytes that no name has.
    """
    letters = name[: 2 * _NAME_LENGTH].upper()
    if len(letters) < 2 or any(not 0x41 <= letter <= 0x50 for letter in letters):
        return b""
    pairs = zip(letters[::2], letters[1::2], strict=False)
    decoded = bytes((high - 0x41) << 4 | (low - 0x41) for high, low in pairs)
    legal = _LEGAL.match(decoded)
    return legal[0].rstrip(b" ") if legal else b""
