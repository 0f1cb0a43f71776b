"""Standard streams that were closed before this process began, as ``2>&-`` does."""

from __future__ import annotations

import os
import sys
from typing import Final

_STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
# Names of those that this process opened itself.
_closed: Final[set[str]] = set()


def open_closed_streams() -> None:
    """Let closed standard streams lead nowhere.

    The next files to be opened would otherwise take their places, and what a library prints would
    be written into them.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < len(_STREAMS):
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for number, (name, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            _closed.add(name)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def was_closed(name: str) -> bool:
    """Return whether what is written to the standard stream of this name leads nowhere."""
    return name in _closed
