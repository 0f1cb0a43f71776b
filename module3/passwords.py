"""Passwords that requests send in the clear: in forms, queries, JSON."""

from __future__ import annotations

import re
import zlib
from typing import Final

# A name and a value in a form or a query (also as session[password]), in JSON, in XML, or in a part
# of a multipart form.
_FIELD: Final = re.compile(
    rb"(?:(user(?:name)?|uname|usr|login|log|e?mail|account)|(?<!com)(?<!by)pass(?:word|wd|code|phrase)?|pwd|pw)"
    rb'\d?(?:(?:%5D|\])?=|"\s{0,4}:\s{0,4}"|"\r\n\r\n|>)([^&"\s<]{0,64})',
    re.IGNORECASE,
)
_PARTS: Final = (b"pass", b"pw")  # of the names that are searched
# Blogs are asked for what a user may write in, with user and password, by position.
_OF_BLOGS: Final = b"getusersblogs"
_TEXT: Final = re.compile(rb"<string>([^<]{1,64})<")


def credentials(text: bytes) -> int:
    """Return a number for the names and passwords in a text, 0 if there is no password."""
    lower = text.lower()
    if _OF_BLOGS in lower:
        return zlib.crc32(b"\n".join(_TEXT.findall(text))) or 1
    if not any(part in lower for part in _PARTS):  # much faster than the search
        return 0
    fields = list(_FIELD.finditer(text))
    if all(field[1] is not None for field in fields):
        return 0
    return zlib.crc32(b"\n".join(field[2] for field in fields)) or 1
