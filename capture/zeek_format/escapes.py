r"""The escapes of Zeek's tab-separated logs: ``\xNN`` for a byte, ``\\`` for a backslash.

In tables a text value is the text itself, unless its bytes are not UTF-8: then all beyond ASCII
stay ``\xNN``, as they do in Zeek's JSON logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

_ESCAPED = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(\\))")
_LONE_BACKSLASH = re.compile(r"\\(?!x[0-9A-Fa-f]{2})")
# A codec's error handler is asked byte by byte: three to seven times as slow on such bytes.
_ESCAPED_BEYOND_ASCII = [chr(octet) if octet < 0x80 else f"\\x{octet:02x}" for octet in range(256)]
_CONTROL_CHARACTERS = {octet: f"\\x{octet:02x}" for octet in (*range(0x20), 0x7F)}
_NEEDS_ESCAPE = r"^$|^-$|^\(empty\)$|[\x00-\x1f\x7f\\]"
# Whole values that would mean something else: the marks for unset and empty, and emptiness itself.
_RESERVED = {"-": r"\x2d", "(empty)": r"\x28empty)", "": "(empty)"}


def unescape(values: pl.Series) -> pl.Series:
    """Return the text that each escaped value stands for; works on lists of text too."""
    return _changed(values, r"\\", _unescape_one)


def escape(values: pl.Series, also: str = "") -> pl.Series:
    """Return values, or lists of them, as the log writes them, with the usual marks.

    ``also`` names further characters to escape.
    """
    pattern = _NEEDS_ESCAPE + (f"|[{re.escape(also)}]" if also else "")
    return _changed(values, pattern, lambda value: _escape_one(value, also))


def _changed(values: pl.Series, pattern: str, change: Callable[[str], str]) -> pl.Series:
    """Replace the values, or list items, that match; each distinct one is changed once."""
    as_list = isinstance(values.dtype, pl.List)
    flat = values.list.explode() if as_list else values
    distinct = flat.filter(flat.str.contains(pattern).fill_null(value=False)).unique(
        maintain_order=True
    )
    if distinct.is_empty():
        return values
    old = distinct.to_list()
    new = [change(value) for value in old]
    return values.list.eval(pl.element().replace(old, new)) if as_list else values.replace(old, new)


def _unescape_one(value: str) -> str:
    octets = _ESCAPED.sub(
        lambda match: b"\\" if match[2] else bytes([int(match[1], 16)]), value.encode()
    )
    return text_of(octets)


def text_of(octets: bytes) -> str:
    """Return bytes as the text that stands for them in the tables."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return "".join([_ESCAPED_BEYOND_ASCII[octet] for octet in octets])


def _escape_one(value: str, also: str) -> str:
    if value in _RESERVED:
        return _RESERVED[value]
    escaped = _LONE_BACKSLASH.sub(r"\\\\", value).translate(_CONTROL_CHARACTERS)
    for character in also:
        escaped = escaped.replace(character, f"\\x{ord(character):02x}")
    return escaped
