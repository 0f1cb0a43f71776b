"""Code in requests: scripts for the browsers of others (XSS), and SQL for a server's database.

What is sent is decoded as servers decode it and compared with patterns, each of which needs what
breaks out of a text: a tag that runs a script, a quote followed by a condition.
"""

from __future__ import annotations

import re
import zlib
from typing import Final
from urllib.parse import unquote_to_bytes

from module3.injection_patterns import (
    BINARY,
    COMMENT,
    ESCAPES,
    ORDINARY,
    ORDINARY_ENCODED,
    SCRIPTS,
    SQL,
    SQL_BEGINNINGS,
    STATEMENT,
    WORDS,
)

_LONGEST: Final = 1000  # bytes of a value; posts and pages with code in them are longer
_LONGEST_ENCODED: Final = 3 * _LONGEST
_MOST_VALUES: Final = 64  # of a request
_TOLD_APART: Final = 200  # bytes from where the code begins
_END: Final = re.compile(rb"[<>]")  # of a script or of its tag
# Whoever looks for help with cookies has words behind it, more with each letter that is typed.
_COOKIE: Final = b"document.cookie"
_WORDS: Final = re.compile(rb"[<> ]")
_DECODED: Final = 2  # times, as some code is encoded twice
# In JSON, with its end. What is cut off matches, too: else a search began at each quote within.
_TEXT: Final = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)("?)', re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\u00([0-7][0-9a-f])")
_DOCUMENT: Final = b"<"  # of XML, or a page that is uploaded, whose scripts are its own
_PART: Final = b"\r\n\r\n"  # before what a part of a multipart form holds
_PART_ENDS: Final = b"\r\n--"
_FILE: Final = b"filename="  # of a part that is a document, too, whose first packet may end soon


def injections(target: bytes, body: bytes) -> tuple[int, int]:
    """Return a number for the script and one for the SQL in a request, 0 where there is none."""
    script = sql = 0
    for values in (_of_target(target), _of_body(body)):
        for value in values:
            if value.translate(None, ORDINARY) or _has_word(value):
                script = script or _number_of_script(value)
                sql = sql or _number_of_sql(value)
    return script, sql


def _of_target(target: bytes) -> list[bytes]:
    """Return the path and what the query holds."""
    target = target.lower()
    if not _telling(target):
        return []
    path, _, query = target.partition(b"?")
    return [_decoded(path), *_of_form(query)]


def _of_body(body: bytes) -> list[bytes]:
    body = body.lower().lstrip(b"\r\n")
    if body.startswith(_DOCUMENT) or STATEMENT.match(body) or not _telling(body):
        return []
    if body.startswith((b"{", b"[")):
        texts = [text for text, end in _TEXT.findall(body) if end]
        return [_plain(_unescaped(text)) for text in _some(texts)]
    if body.startswith(b"--"):
        parts = (part.partition(_PART) for part in _some(body.split(_PART_ENDS)))
        return [_plain(held) for head, _, held in parts if _FILE not in head]
    return _of_form(body)


def _telling(text: bytes) -> bool:
    """Return whether an encoded text has what code needs; most have not, which is found fast."""
    rest = text.translate(None, ORDINARY_ENCODED)
    if rest.strip(b"%"):
        return True
    return bool(rest and ESCAPES.search(text)) or _has_word(text)


def _has_word(text: bytes) -> bool:
    first, second, third = WORDS
    return first in text or second in text or third in text


def _of_form(text: bytes) -> list[bytes]:
    """Return the values of fields, and names, which may be code, too."""
    fields = [field for field in _some(text.split(b"&", _MOST_VALUES)) if _telling(field)]
    sides = (field.partition(b"=") for field in fields)
    return [_decoded(each) for name, _, value in sides for each in (value, name)]


def _some(values: list[bytes]) -> list[bytes]:
    return values[:_MOST_VALUES]


def _decoded(value: bytes) -> bytes:
    value = value[:_LONGEST_ENCODED].replace(b"+", b" ")
    for _ in range(_DECODED):
        if b"%" in value:
            value = unquote_to_bytes(value).lower()
    return _plain(value)


def _unescaped(text: bytes) -> bytes:
    text = _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), text)
    return text.replace(b'\\"', b'"').replace(b"\\/", b"/")


def _plain(value: bytes) -> bytes:
    """Return a value with single spaces; nothing of one that is too long or no text."""
    if len(value) > _LONGEST or len(value.translate(None, BINARY)) < len(value):
        return b""
    if b"/*" in value:
        value = COMMENT.sub(b" ", value)
    return b" ".join(value.split())


def _number_of_script(value: bytes) -> int:
    """Return a number for the script alone: a page that is saved as it grows has the same one."""
    found = SCRIPTS.search(value)
    if not found:
        return 0
    end = (_WORDS if found[0] == _COOKIE else _END).search(value, found.end())
    return _number(value[found.start() : end.start() if end else None])


def _number_of_sql(value: bytes) -> int:
    if STATEMENT.match(value):
        return 0
    found = SQL_BEGINNINGS.match(value) or SQL.search(value)
    return _number(value[found.start() :]) if found else 0


def _number(code: bytes) -> int:
    return zlib.crc32(code[:_TOLD_APART]) or 1
