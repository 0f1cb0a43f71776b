"""One capture on several cores: each process follows a part of its connections."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock

import polars as pl

from capture.builtin.consumers import MakeConsumers, Summary, feed_consumers
from capture.builtin.log_rows import Deliver
from capture.builtin.part import Part
from capture.builtin.spool.packed_table import packed, unpacked
from capture.errors import EngineError, UnreadableInputError
from capture.processes import interrupts_held_back, serve_parent

# Packed rows of a table, the end of the work, or why it ended before.
_Message = tuple[str, bytes] | UnreadableInputError | EngineError | None


def feed_in_processes(
    path: Path,
    make: MakeConsumers,
    count: int,
    deliver: Deliver,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Give the packets of a plain file to consumers in ``count`` processes, this one included.

    Each has a part of the connections and reads all packets, so that timers run as they do in a
    single process. ``deliver`` gets what the consumers deliver, that of one part in its order;
    ``progress`` is as in ``feed_consumers``. The other processes end with this function, however
    that ends.

    Raises
    ------
    capture.errors.UnreadableInputError, capture.errors.EngineError
        As the reader and the consumers do, and when a process cannot be started or was ended before
        its work was done.
    """
    deliver = _one_at_a_time(deliver)
    with ThreadPoolExecutor(count) as threads, _others(path, make, count) as pipes:
        others = [threads.submit(_receive, pipe, deliver, path) for pipe in pipes]

        def note(bytes_read: int) -> None:
            _raise_from([other for other in others if other.done()])
            if progress is not None:
                progress(bytes_read)

        summary = feed_consumers(path, make(Part(0, count), deliver), note)
        _raise_from(others)
    return summary


def _one_at_a_time(deliver: Deliver) -> Deliver:
    lock = Lock()

    def deliver_alone(name: str, rows: pl.DataFrame) -> None:
        with lock:
            deliver(name, rows)

    return deliver_alone


def _raise_from(futures: Sequence[Future[None]]) -> None:
    for future in futures:
        future.result()


def _receive(pipe: Connection, deliver: Deliver, path: Path) -> None:
    """Deliver what another process says until its work is done."""
    with pipe:
        while message := _next_message(pipe, path):
            name, rows = message
            deliver(name, unpacked(rows))


def _next_message(pipe: Connection, path: Path) -> tuple[str, bytes] | None:
    try:
        message: _Message = pipe.recv()
    except (EOFError, OSError):
        raise EngineError(
            f"{path}: one of the processes that read it was ended, perhaps for want of memory; "
            "try --jobs 1"
        ) from None
    if isinstance(message, Exception):
        raise message
    return message


@contextmanager
def _others(path: Path, make: MakeConsumers, count: int) -> Iterator[list[Connection]]:
    """Start the other processes; in the end they are gone."""
    context = multiprocessing.get_context("spawn")
    started, pipes = [], []
    try:
        for number in range(1, count):
            receiving, sending = context.Pipe(duplex=False)
            work = (path, make, Part(number, count), sending)
            process = context.Process(target=_follow_part, args=work, daemon=True)
            with interrupts_held_back():
                _start(process)
                started.append(process)
            sending.close()
            pipes.append(receiving)
        yield pipes
    finally:
        for process in started:
            process.terminate()
            process.join()


def _start(process: BaseProcess) -> None:
    try:
        process.start()
    except OSError as error:
        raise EngineError(f"no further process can be started ({error}); try --jobs 1") from None


def _follow_part(path: Path, make: MakeConsumers, part: Part, pipe: Connection) -> None:
    """Do the work of one process."""
    serve_parent()
    with suppress(BrokenPipeError):  # nobody listens any more
        try:
            consumers = make(part, lambda name, rows: pipe.send((name, packed(rows))))
            feed_consumers(path, consumers)
            pipe.send(None)
        except (UnreadableInputError, EngineError) as error:
            pipe.send(error)
