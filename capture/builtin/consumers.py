"""The packets of a capture to whatever wants to see all of them, in one pass."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from capture.builtin.block import PacketBlock
from capture.builtin.log_rows import Deliver
from capture.builtin.packets import PacketReader
from capture.builtin.part import Part
from capture.builtin.read_ahead import read_ahead

PACKETS_PER_BLOCK: Final = 1 << 18
# What is found stays until the end, so that looking for garbage more often finds none.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000


class Consumer(Protocol):
    """Takes all packets of a capture, but follows only the connections of its part."""

    def feed(self, block: PacketBlock) -> None:
        """Take the next packets."""

    def finish(self) -> None:
        """Take it that no more packets come."""


MakeConsumers = Callable[[Part, Deliver], Sequence[Consumer]]
"""Makes the consumers for a part, which deliver what they find as rows of named tables."""


class Summary(NamedTuple):
    """What a reader knows of a capture in the end, see ``PacketReader``."""

    packets: int
    skipped: Mapping[str, int]
    first_time_ns: int | None
    last_time_ns: int | None


def feed_consumers(
    path: Path,
    consumers: Sequence[Consumer],
    progress: Callable[[int], None] | None = None,
    decompressed_limit: int | None = None,
) -> Summary:
    """Give all packets of a capture to consumers.

    ``progress`` is that of the ``PacketReader``. Raises ``UnreadableInputError`` as it does.
    """
    reader = PacketReader(
        path,
        packets_per_block=PACKETS_PER_BLOCK,
        decompressed_limit=decompressed_limit,
        progress=progress,
    )
    with _rare_garbage_collection():
        # Nothing could end a thread that waits for what a pipe may never bring.
        for block in read_ahead(reader) if path.is_file() else reader:
            for consumer in consumers:
                consumer.feed(block)
        for consumer in consumers:
            consumer.finish()
    skipped = dict(sorted(reader.skipped.items()))
    return Summary(reader.packets, skipped, reader.first_time_ns, reader.last_time_ns)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _OBJECTS_BETWEEN_COLLECTIONS) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
