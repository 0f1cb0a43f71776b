"""The builtin engine: a capture file to conn, ssl, x509 and dns tables."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.consumers import Consumer, Summary, feed_consumers
from capture.builtin.files.source import is_plain
from capture.builtin.flows.tracker import FlowTracker
from capture.builtin.log_rows import BYTES_IN_MEMORY, Deliver, LogRows
from capture.builtin.log_tables import LogTables
from capture.builtin.part import WHOLE, Part
from capture.builtin.part_processes import feed_in_processes
from capture.logs import CaptureInfo, Logs
from capture.schema import SCHEMAS

NAME: Final = "builtin"
VERSION: Final = "1.0"
# Bytes of a plain file that one process has read before several would have started.
SMALL: Final = 1 << 28
# More than that many hardly take less time, since each reads all packets, but more memory.
_MOST_PROCESSES: Final = 4
# Processes that the threads which read ahead are worth.
_READING_AHEAD: Final = 1
_NANOSECONDS: Final = 1e9


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
    jobs: int = 1,
) -> Logs:
    """Return the tables of a capture file.

    See ``analysis`` for the arguments, and what is raised.
    """
    with analysis(
        path, decompressed_limit=decompressed_limit, progress=progress, jobs=jobs
    ) as found:
        tables = {name: pl.concat(found.batches(name)) for name in SCHEMAS}
    return Logs(**tables, engine_name=NAME, engine_version=VERSION, captures=found.captures)


@contextmanager
def analysis(
    path: Path,
    *,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
    bytes_in_memory: int = BYTES_IN_MEMORY,
    jobs: int = 1,
    identify: bool = True,
) -> Iterator[FoundLogs]:
    """Analyse a capture file; what was found can be asked for until the context ends.

    A compressed one may expand to ``decompressed_limit`` bytes (see ``files.source.open_source``).
    ``progress`` is called after each block with the bytes of the file read so far. Of the rows of
    each log, about ``bytes_in_memory`` wait in memory, others in temporary files. A large plain
    file is read by up to ``jobs`` processes; what is found is the same. Unless it is to be
    identified, its SHA-256 is empty.

    Raises
    ------
    capture.errors.UnreadableInputError
        If the path holds no capture in a known format, or one that expands too much.
    capture.errors.EngineError
        If a temporary file cannot be written, or a process ended before its work was done.
    """
    make = partial(_consumers, bytes_in_memory=bytes_in_memory)
    with closing(LogTables(bytes_in_memory)) as logs:
        with ThreadPoolExecutor(max_workers=1) as beside:
            digest = beside.submit(_sha256 if identify else lambda path: "", path)
            processes = _processes(path, jobs)
            if processes > 1:
                summary = feed_in_processes(path, make, processes, logs.add, progress)
            else:
                consumers = make(WHOLE, logs.add)
                summary = feed_consumers(path, consumers, progress, decompressed_limit)
        skipped = dict(sorted((logs.skipped + Counter(summary.skipped)).items()))
        info = _info(path, digest.result(), summary._replace(skipped=skipped))
        yield FoundLogs((info,), logs.batches)


def _processes(path: Path, jobs: int) -> int:
    """Return how many processes, of as many as ``jobs``, are worth their start."""
    several = jobs > _READING_AHEAD and is_plain(path) and path.stat().st_size > SMALL
    return min(jobs - _READING_AHEAD, _MOST_PROCESSES) if several else 1


def _consumers(part: Part, deliver: Deliver, bytes_in_memory: int) -> Sequence[Consumer]:
    return (FlowTracker(LogRows(deliver, bytes_in_memory, part), part),)


def _info(path: Path, sha256: str, summary: Summary) -> CaptureInfo:
    return CaptureInfo(
        path=str(path),
        sha256=sha256,
        packets=summary.packets,
        skipped=summary.skipped,
        first_ts=_seconds(summary.first_time_ns),
        last_ts=_seconds(summary.last_time_ns),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seconds(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / _NANOSECONDS
