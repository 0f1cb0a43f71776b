"""Makes the next item of an iteration while the one before is worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item]) -> Generator[Item, None, None]:
    """Yield the items, none of which is None; a thread makes the next one meanwhile.

    What making one raises is raised here when its turn comes. Whoever stops early waits until the
    item under way is made.
    """
    source = iter(items)
    with ThreadPoolExecutor(1, "read ahead") as thread:
        coming = thread.submit(next, source, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, source, None)
            yield item
