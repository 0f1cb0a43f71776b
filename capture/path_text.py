"""Paths as text that every output can hold."""

from __future__ import annotations

import re
from typing import Final

_UNDECODED: Final = re.compile("[\udc80-\udcff]")  # as Python holds bytes that are no UTF-8


def readable(text: str) -> str:
    r"""Return a path, or a line that names one, with bytes that are no UTF-8 as ``\xfc``."""
    escaped = _UNDECODED.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", text)
    return escaped.encode("utf-8", "backslashreplace").decode()
