"""Compiles gettext catalogues: ``python -m report.catalogue`` writes each .mo from its .po."""

from __future__ import annotations

import ast
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from report.language import FOLDER

_MAGIC: Final = 0x950412DE
_HEADER_WORDS: Final = 7
_KEYWORDS: Final = ("msgid", "msgstr")


def messages(text: str) -> dict[str, str]:
    """Return the translations in a .po file: messages without plurals or contexts.

    Raises ``ValueError`` with the line of what is something else, or is translated twice.
    """
    found: dict[str, str] = {}
    message: str | None = None
    current = ""
    for number, keyword, part in _parts(text):
        current = keyword or current
        if keyword == "msgid":
            message = part
        elif message is None:
            raise ValueError(f"line {number}: no msgid before it")
        elif keyword == "msgstr":
            if message in found:
                raise ValueError(f"line {number}: {message!r} is translated twice")
            found[message] = part
        elif current == "msgid":
            message += part
        else:
            found[message] += part
    return found


def compiled(translations: Mapping[str, str]) -> bytes:
    """Return a .mo file, as the manual of GNU gettext describes it, without a hash table."""
    pairs = sorted(
        (message.encode(), text.encode()) for message, text in translations.items() if text
    )
    start = 4 * (_HEADER_WORDS + 4 * len(pairs))
    texts = [message for message, _ in pairs] + [text for _, text in pairs]
    table, position = [], start
    for each in texts:
        table += [len(each), position]
        position += len(each) + 1
    lists = 4 * _HEADER_WORDS
    header = (_MAGIC, 0, len(pairs), lists, lists + 8 * len(pairs), 0, lists + 16 * len(pairs))
    return struct.pack(f"<{len(header) + len(table)}I", *header, *table) + b"".join(
        each + b"\0" for each in texts
    )


def main() -> int:
    """Compile every catalogue and return the exit status."""
    for path in sorted(FOLDER.rglob("*.po")):
        try:
            content = compiled(messages(path.read_text(encoding="utf-8")))
        except ValueError as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        path.with_suffix(".mo").write_bytes(content)
    return 0


def _parts(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the number of each line that says something, its keyword, if any, and its text."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        keyword, _, rest = line.partition(" ")
        if keyword not in _KEYWORDS:
            keyword, rest = "", line
        try:
            part = ast.literal_eval(rest.strip())
        except (SyntaxError, ValueError):
            part = None
        if not isinstance(part, str):
            raise ValueError(f"line {number}: no text in quotes")
        yield number, keyword, part


if __name__ == "__main__":
    sys.exit(main())
