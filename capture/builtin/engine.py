"""The builtin engine: a capture file to conn, ssl, x509 and dns tables."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.flows.tracker import FlowTracker
from capture.builtin.log_tables import BYTES_IN_MEMORY, LogTables
from capture.builtin.packets import PacketReader
from capture.logs import CaptureInfo, Logs
from capture.schema import SCHEMAS

NAME: Final = "builtin"
VERSION: Final = "1.0"
PACKETS_PER_BLOCK: Final = 1 << 18
_NANOSECONDS: Final = 1e9
# What is found stays until the end, so that looking for garbage more often finds none.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000


@dataclass(frozen=True)
class FoundLogs:
    """The logs of one capture, in parts, so that those of large ones need little memory."""

    captures: tuple[CaptureInfo]
    batches: Callable[[str], Iterator[pl.DataFrame]]


def analyse(
    path: Path,
    *,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Logs:
    """Return the tables of a capture file.

    See ``analysis`` for the arguments, and what is raised.
    """
    with analysis(path, decompressed_limit=decompressed_limit, progress=progress) as found:
        tables = {name: pl.concat(found.batches(name)) for name in SCHEMAS}
    return Logs(**tables, engine_name=NAME, engine_version=VERSION, captures=found.captures)


@contextmanager
def analysis(
    path: Path,
    *,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
    bytes_in_memory: int = BYTES_IN_MEMORY,
) -> Iterator[FoundLogs]:
    """Analyse a capture file; what was found can be asked for until the context ends.

    A compressed one may expand to ``decompressed_limit`` bytes (see ``files.source.open_source``).
    ``progress`` is called after each block with the bytes of the file read so far. Of the rows of
    each log, about ``bytes_in_memory`` wait in memory, others in temporary files.

    Raises
    ------
    capture.errors.UnreadableInputError
        If the path holds no capture in a known format, or one that expands too much.
    capture.errors.EngineError
        If a temporary file cannot be written.
    """
    reader = PacketReader(
        path,
        packets_per_block=PACKETS_PER_BLOCK,
        decompressed_limit=decompressed_limit,
        progress=progress,
    )
    with closing(LogTables(bytes_in_memory)) as logs:
        with ThreadPoolExecutor(max_workers=1) as beside, _rare_garbage_collection():
            digest = beside.submit(_sha256, path)
            tracker = FlowTracker(logs)
            for block in reader:
                tracker.feed(block)
            tracker.finish()
        yield FoundLogs((_info(path, digest.result(), reader),), logs.batches)


def _info(path: Path, sha256: str, reader: PacketReader) -> CaptureInfo:
    return CaptureInfo(
        path=str(path),
        sha256=sha256,
        packets=reader.packets,
        skipped=dict(sorted(reader.skipped.items())),
        first_ts=_seconds(reader.first_time_ns),
        last_ts=_seconds(reader.last_time_ns),
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
