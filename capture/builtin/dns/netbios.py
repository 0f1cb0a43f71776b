"""NetBIOS names as they stand in DNS names (RFC 1001, section 14.1)."""

from __future__ import annotations

import re

_NAME_LENGTH = 15
_LETTERS = re.compile(rb"[A-P]*")
_TO_HEXADECIMAL = bytes.maketrans(b"ABCDEFGHIJKLMNOP", b"0123456789abcdef")
# 1 and 2 stand around the name of the browser service.
_LEGAL = re.compile(rb"[\x01\x02\x20-\x7e]*")


def decode_netbios_name(name: bytes) -> bytes:
    """Return the machine or group name of a first-level encoded name, empty if it is none.

    Each byte is two letters from A to P; the sixteenth byte, the kind of the name, is left out, and
    so is what fills the name up: spaces, or bytes that no name has.
    """
    letters = name[: 2 * _NAME_LENGTH].upper()
    pairs = len(letters) // 2
    if not pairs or not _LETTERS.fullmatch(letters):
        return b""
    decoded = bytes.fromhex(letters[: 2 * pairs].translate(_TO_HEXADECIMAL).decode())
    legal = _LEGAL.match(decoded)
    return legal[0].rstrip(b" ") if legal else b""
