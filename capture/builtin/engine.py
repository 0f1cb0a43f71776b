"""The builtin engine: a capture file to conn, ssl, x509 and dns tables."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from capture.builtin.flows.tracker import FlowTracker
from capture.builtin.packets import PacketReader
from capture.builtin.tls.tables import ssl_and_x509_tables
from capture.logs import CaptureInfo, Logs

NAME: Final = "builtin"
VERSION: Final = "1.0"
PACKETS_PER_BLOCK: Final = 1 << 18
_NANOSECONDS: Final = 1e9
# What is found stays until the end, so that looking for garbage more often finds none.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000


def analyse(
    path: Path,
    *,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Logs:
    """Return the tables of a capture file.

    A compressed one may expand to ``decompressed_limit`` bytes (see ``files.source.open_source``).
    ``progress`` is called after each block with the number of packets read so far.

    Raises
    ------
    capture.errors.UnreadableInputError
        If the path holds no capture in a known format, or one that expands too much.
    """
    reader = PacketReader(
        path, packets_per_block=PACKETS_PER_BLOCK, decompressed_limit=decompressed_limit
    )
    tracker = FlowTracker()
    with ThreadPoolExecutor(max_workers=1) as beside, _rare_garbage_collection():
        digest = beside.submit(_sha256, path)
        for block in reader:
            tracker.feed(block)
            if progress is not None:
                progress(reader.packets)
        sha256 = digest.result()
        conn, protocols = tracker.finish()
        ssl, x509 = ssl_and_x509_tables(protocols.tls)
    info = CaptureInfo(
        path=str(path),
        sha256=sha256,
        packets=reader.packets,
        skipped=dict(sorted(reader.skipped.items())),
        first_ts=_seconds(reader.first_time_ns),
        last_ts=_seconds(reader.last_time_ns),
    )
    return Logs(
        conn=conn,
        ssl=ssl,
        x509=x509,
        dns=protocols.dns.table(),
        engine_name=NAME,
        engine_version=VERSION,
        captures=(info,),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _OBJECTS_BETWEEN_COLLECTIONS) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _seconds(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / _NANOSECONDS
