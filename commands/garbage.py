"""How often a process looks for garbage that only a search finds, and what it gives back."""

import contextlib
import ctypes
import gc
from typing import Final

# Libraries and results are millions of objects that stay: looking through them finds no garbage.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000


def collect_rarely() -> None:
    """Let this process look for garbage after a million new objects."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def give_back() -> None:
    """Give the system the memory that is free; the C library of Linux keeps it for later.

    Between two large pieces of work that is hundreds of megabytes.
    """
    with contextlib.suppress(OSError, TypeError, AttributeError):  # on other systems
        ctypes.CDLL(None).malloc_trim(0)
