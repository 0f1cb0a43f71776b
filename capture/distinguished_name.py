"""Subjects and issuers of certificates, taken apart into attributes."""

from __future__ import annotations

import re
from typing import Final

Attribute = tuple[str, str]

# A separator, unless a backslash escapes it; then the type of the next attribute and its "=".
# Text after a separator that names no type belongs to the value before: some programs print
# "O=Example, Inc., CN=…" without escapes.
_TYPE: Final = r"\s*([A-Za-z][\w.-]*|\d+(?:\.\d+)+)\s*="
_START: Final = re.compile(r"(?:^|(?<!\\)(?:\\\\)*[,+;])" + _TYPE)
_SLASH_START: Final = re.compile(r"(?<!\\)(?:\\\\)*/" + _TYPE)
_ESCAPED: Final = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)


def attributes(text: str) -> tuple[Attribute, ...]:
    r"""Return (type, value) of each attribute, as written, types in upper case.

    Reads RFC 2253 (``CN=example.com,O=Example\, Inc.,C=US``), the order and spacing of other
    programs (``C=US, O=Example``) and the slash form (``/C=US/O=Example``). Text that is none of
    these gives no attributes.
    """
    pattern = _SLASH_START if text.startswith("/") else _START
    starts = list(pattern.finditer(text))
    ends = [*(_value_end(text, start) for start in starts), len(text)][1:]
    return tuple(
        (start.group(1).upper(), _unescape(text[start.end() : end].strip()))
        for start, end in zip(starts, ends, strict=True)
    )


def _value_end(text: str, start: re.Match[str]) -> int:
    """Return where the value before ``start`` ends: at its separator, after escaped backslashes."""
    position = start.start()
    while text[position] == "\\":
        position += 1
    return position


def _unescape(value: str) -> str:
    r"""Undo ``\,`` and ``\C3\A9``; bytes that are no UTF-8 stay readable."""
    if value.isascii() and "\\" not in value:
        return value
    raw = bytearray()
    position = 0
    for escape in _ESCAPED.finditer(value):
        raw += value[position : escape.start()].encode("utf-8", "surrogatepass")
        code, character = escape.groups()
        raw += bytes.fromhex(code) if code else character.encode("utf-8", "surrogatepass")
        position = escape.end()
    raw += value[position:].encode("utf-8", "surrogatepass")
    return raw.decode("utf-8", "backslashreplace")
