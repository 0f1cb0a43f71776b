"""How often a process looks for garbage that only a search finds."""

import gc
from typing import Final

# Libraries and results are millions of objects that stay: looking through them finds no garbage.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000


def collect_rarely() -> None:
    """Let this process look for garbage after a million new objects."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
