"""Asks for a line, which on a terminal can be edited and brought back with the arrow keys."""

from __future__ import annotations

import sys

from commands.output import write


def typed_line(question: str) -> str | None:
    """Return the answer without surrounding space, None at the end of input."""
    if sys.stdin is None:  # closed by whoever started this
        write(question)
        return None
    line = _edited(question) if _can_be_edited() else _plain(question)
    if not sys.stdin.isatty() or line is None:
        write("\n")  # nobody pressed the return key: what follows begins its own line
    return line if line is None else line.strip()


def _plain(question: str) -> str | None:
    write(question)
    return sys.stdin.readline() or None


def _edited(question: str) -> str | None:
    try:
        return input(question)
    except EOFError:
        return None


def _can_be_edited() -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        import readline  # noqa: F401 - once it is there, input() edits
    except ImportError:  # Python can be built without it
        return False
    return True
