"""Paths as text that every output can hold."""

from __future__ import annotations

import os


def readable(text: str) -> str:
    r"""Return a path, or a line that names one, with bytes that are no UTF-8 as ``\xfc``."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
