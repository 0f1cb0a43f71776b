"""Work on several inputs at the same time, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from typing import Final, TypeVar

from capture.discover import Input
from capture.interrupts import end_waits_when_interrupted

Result = TypeVar("Result")

# Bytes of all inputs together that are read before further processes would have started.
SMALL: Final = 1 << 23

_at_work: Final = Event()  # in a process of a pool


def outcomes(
    function: Callable[[Input], Result],
    inputs: Sequence[Input],
    jobs: int,
    prepare: Callable[[], None] | None = None,
) -> Iterator[tuple[Input, Future[Result]]]:
    """Yield each input with what came of it, as they end, ``jobs`` at a time.

    Whatever goes wrong with one stays in its future and ends no other. An input during which a
    process died is tried once more by itself, since those that ran at the same time are not to
    blame. ``function`` and ``prepare``, which each process calls first, are sent to the processes.
    When the caller is interrupted, or stops asking, the processes are ended.
    """
    died = []
    with ended_in_order():
        for source, future in _finished(function, inputs, jobs, prepare):
            if isinstance(future.exception(), BrokenProcessPool):
                died.append(source)
            else:
                yield source, future
        for suspect in died:
            yield from _finished(function, [suspect], 1, prepare)


@contextmanager
def beside(
    function: Callable[[Input], Result], inputs: Sequence[Input], jobs: int
) -> Iterator[list[Future[Result]]]:
    """Call a function for each input in ``jobs`` processes, which end with the context.

    What is under way by then is given up.
    """
    with ended_in_order(), _pool(function, inputs, jobs) as futures:
        yield futures


@contextmanager
def _pool(
    function: Callable[[Input], Result], inputs: Sequence[Input], jobs: int
) -> Iterator[list[Future[Result]]]:
    context = multiprocessing.get_context("spawn")
    before = multiprocessing.active_children()
    pool = ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(None,))
    futures: list[Future[Result]] = []
    try:
        with interrupts_held_back():
            futures += [pool.submit(_ended_at_once, function, source) for source in inputs]
        yield futures
    finally:
        if not futures or not all(future.done() for future in futures):
            for process in set(multiprocessing.active_children()).difference(before):
                process.terminate()
        pool.shutdown(cancel_futures=True)


def are_worth_processes(inputs: Sequence[Input], jobs: int) -> bool:
    """Tell whether several inputs are read sooner by several processes."""
    return jobs > 1 and len(inputs) > 1 and sum(size_of(each.path) for each in inputs) > SMALL


def defect(error: BaseException) -> str:
    """Return in one line what went wrong where nothing should."""
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"internal error, please report it ({what})"


def _finished(
    function: Callable[[Input], Result],
    inputs: Sequence[Input],
    jobs: int,
    prepare: Callable[[], None] | None,
) -> Iterator[tuple[Input, Future[Result]]]:
    context = multiprocessing.get_context("spawn")
    workers = max(1, min(jobs, len(inputs)))
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(prepare,))
    try:
        with interrupts_held_back():
            futures = {pool.submit(_ended_at_once, function, source): source for source in inputs}
        end_waits_when_interrupted()  # here for the next input to be done
        for future in as_completed(futures):
            # What a result holds is not kept once it is handed on.
            yield futures.pop(future), future
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM end the processes of this one first, and give back what they shared.

    The exit status is the one that a shell tells of whatever the signal has ended. Who has a
    handler of the signal keeps it.
    """
    is_main = current_thread() is main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _leave_in_order)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is _leave_in_order:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait, so that they meet no process half started.

    Processes that are started meanwhile never hear of Ctrl-C, which they could not ignore
    themselves before they have loaded their libraries, and of SIGTERM from ``serve_parent`` on.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve_parent() -> None:
    """Leave Ctrl-C to the process that started this one, and end when that is gone.

    Unless told so, a process that waits for work outlives a parent that is killed. One that is
    ended leaves its own processes, if it has any, in order.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # what came meanwhile ends this process here
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    signal.signal(signal.SIGTERM, _end)
    Thread(target=_end_with_parent, daemon=True).start()


def _ended_at_once(function: Callable[[Input], Result], source: Input) -> Result:
    """Call the function; when this process is told to end, do no other work after it."""
    try:
        _at_work.set()
        return function(source)
    except SystemExit as ended:  # which a pool takes for a result
        os._exit(int(ended.code or 0))
    finally:
        _at_work.clear()


def _end(number: int, frame: object) -> None:
    """End a process at once, unless it is at work, which may have to be left in order."""
    if not _at_work.is_set():
        os._exit(128 + number)
    _leave(number, frame)


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _leave_in_order(number: int, frame: object) -> None:
    """Leave once; a signal that follows may not disturb what ends the processes."""
    signal.signal(number, signal.SIG_IGN)
    _leave(number, frame)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _start(prepare: Callable[[], None] | None) -> None:
    serve_parent()
    if prepare is not None:
        prepare()


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of the files in a folder; 0 where nobody may look."""
    try:
        files = [path] if path.is_file() else [each for each in path.iterdir() if each.is_file()]
        return sum(each.stat().st_size for each in files)
    except OSError:
        return 0
