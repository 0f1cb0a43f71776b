"""The one way to logs: any capture or log folder, through whichever engine is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from capture.discover import Input, find_inputs, head_of, looks_like_capture
from capture.errors import EngineError, UnreadableInputError
from capture.logs import LogBatches, Logs, merge
from capture.processes import are_worth_processes, defect, outcomes
from capture.zeek_binary import find_zeek, run_zeek
from capture.zeek_duration import faster_by_builtin
from capture.zeek_folder import read_folder

Engine = Literal["auto", "zeek", "builtin"]
Notice = Callable[[str], None]
Progress = Callable[[int], None]  # is told the bytes of a capture that were read so far


class Unreadable(NamedTuple):
    """An input that gave nothing, and one line that says why."""

    path: str
    message: str


@dataclass(frozen=True)
class ReadResult:
    """All inputs as one picture, and those that could not be read."""

    logs: Logs
    unreadable: tuple[Unreadable, ...]


class _Outcome(NamedTuple):
    """What came of one input: logs, or the message that says why there are none."""

    logs: Logs | None
    message: str
    notices: tuple[str, ...]


def read_logs(
    paths: Sequence[Path],
    engine: Engine = "auto",
    jobs: int = 1,
    on_notice: Notice = lambda line: None,
    *,
    recursive: bool = True,
    decompressed_limit: int | None = None,
    on_read: Callable[[Input], None] = lambda source: None,
    on_bytes: Callable[[Input, int], None] | None = None,
) -> ReadResult:
    """Read every capture and log folder at or below the paths in up to ``jobs`` processes.

    Unless ``recursive``, folders within the given ones are left alone. A capture that is there
    twice counts once, as does a connection that is in two of them. ``decompressed_limit`` is as in
    ``read_one``. ``on_notice`` gets one line for each thing worth knowing, ``on_read`` each input
    that is done, ``on_bytes`` how far this process has read a capture. Raises
    ``UnreadableInputError`` if nothing at all can be read, ``EngineError`` if Zeek is asked for and
    not installed.
    """
    inputs = find_inputs(paths, recursive=recursive)
    if not inputs:
        raise UnreadableInputError(
            f"no capture and no Zeek logs in {', '.join(map(str, paths))}; put a .pcap file there"
        )
    read = partial(_outcome, engine=engine, decompressed_limit=decompressed_limit)
    found = _read_all(read, inputs, jobs, on_read, on_bytes)
    for outcome in found:
        for notice in outcome.notices:
            on_notice(notice)
    unreadable = tuple(
        Unreadable(str(source.path), outcome.message)
        for source, outcome in zip(inputs, found, strict=True)
        if outcome.logs is None
    )
    parts = _distinct([outcome.logs for outcome in found if outcome.logs], on_notice)
    if not parts:
        raise UnreadableInputError(_nothing_readable(unreadable))
    return ReadResult(merge(_without_repeats(parts, on_notice)), unreadable)


def read_one(
    source: Input,
    engine: Engine,
    on_notice: Notice,
    *,
    decompressed_limit: int | None = None,
    progress: Progress | None = None,
    jobs: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> Logs:
    """Read one input; a capture on which Zeek fails is read by the builtin engine.

    A compressed capture may expand to ``decompressed_limit`` bytes (see
    ``builtin.files.source.open_source``). ``progress`` is told the bytes that the builtin engine
    has read of it; it reads a large one in ``jobs`` processes. ``clock`` gives seconds. Raises
    ``UnreadableInputError`` if it is neither a capture nor a folder of logs, ``EngineError`` if
    Zeek is asked for and not installed.
    """
    logs = _read_elsewhere(source, engine, on_notice, decompressed_limit, clock)
    if logs is not None:
        return logs
    from capture.builtin.engine import analyse  # loads slowly, and log folders do not need it

    return analyse(source.path, decompressed_limit=decompressed_limit, progress=progress, jobs=jobs)


@contextmanager
def reading(
    source: Input,
    engine: Engine,
    on_notice: Notice,
    *,
    decompressed_limit: int | None = None,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Iterator[LogBatches]:
    """Read one input as ``read_one`` does; its tables may be larger than the memory.

    Logs need no SHA-256 of the capture, which takes a twentieth of the time.
    """
    logs = _read_elsewhere(source, engine, on_notice, decompressed_limit, time.monotonic)
    if logs is not None:
        yield logs
        return
    from capture.builtin.engine import analysis

    with analysis(
        source.path,
        decompressed_limit=decompressed_limit,
        progress=progress,
        jobs=jobs,
        identify=False,
    ) as found:
        yield found


def _read_elsewhere(
    source: Input,
    engine: Engine,
    on_notice: Notice,
    decompressed_limit: int | None,
    clock: Callable[[], float],
) -> Logs | None:
    """Return the logs of a folder or those that Zeek makes; None if neither is to be had."""
    if source.kind == "logs":
        return read_folder(source.path)
    head = head_of(source.path)
    if head.startswith((b"#separator", b"#fields")):
        raise UnreadableInputError(f"{source.path}: a Zeek log; name the folder that holds it")
    zeek = _zeek(engine)
    if zeek is None or not looks_like_capture(head):
        return None
    try:
        start = clock()
        logs = run_zeek(zeek, source.path, decompressed_limit)
    except EngineError as error:
        on_notice(f"{error}; the builtin engine takes over")
        return None
    hint = faster_by_builtin(source.path, clock() - start, decompressed_limit)
    if hint:
        on_notice(hint)
    return logs


def _zeek(engine: Engine) -> Path | None:
    zeek = None if engine == "builtin" else find_zeek()
    if engine == "zeek" and zeek is None:
        raise EngineError("zeek is not on PATH; install it, or choose the builtin engine")
    return zeek


def _read_all(
    read: Callable[..., _Outcome],
    inputs: Sequence[Input],
    jobs: int,
    on_read: Callable[[Input], None],
    on_bytes: Callable[[Input, int], None] | None,
) -> list[_Outcome]:
    """Return what came of each input, in their order; those of processes that fail are told so.

    Raises ``EngineError``, which would meet every input.
    """
    found = {}
    if not are_worth_processes(inputs, jobs):
        for source in inputs:
            told = partial(on_bytes, source) if on_bytes else None
            found[source] = read(source, progress=told, jobs=jobs)
            on_read(source)
        return list(found.values())
    for source, future in outcomes(read, inputs, jobs):
        error = future.exception()
        if isinstance(error, EngineError):
            raise error
        failed = error and _Outcome(None, f"{source.path}: {defect(error)}", ())
        found[source] = failed or future.result()
        on_read(source)
    return [found[source] for source in inputs]


def _outcome(
    source: Input,
    engine: Engine,
    decompressed_limit: int | None,
    progress: Progress | None = None,
    jobs: int = 1,
) -> _Outcome:
    notices: list[str] = []
    try:
        logs = read_one(
            source,
            engine,
            notices.append,
            decompressed_limit=decompressed_limit,
            progress=progress,
            jobs=jobs,
        )
    except UnreadableInputError as error:
        return _Outcome(None, str(error), tuple(notices))
    return _Outcome(logs, "", tuple(notices))


def _distinct(parts: Sequence[Logs], on_notice: Notice) -> list[Logs]:
    """Leave out captures whose bytes came before."""
    first: dict[str, str] = {}
    distinct = []
    for part in parts:
        capture = part.captures[0]
        if capture.sha256 in first:
            on_notice(f"{capture.path}: the same bytes as {first[capture.sha256]}; counted once")
            continue
        first[capture.sha256] = capture.path
        distinct.append(part)
    return distinct


def _without_repeats(parts: list[Logs], on_notice: Notice) -> list[Logs]:
    """Leave out connections that another input has; tell of those, and of what was cut in two."""
    if len(parts) == 1:
        return parts
    from capture.overlap import connections_cut, counted_once

    kept, repeated = counted_once(parts)
    for path, other, count in repeated:
        on_notice(f"{path}: connections that {other} has too: {count:,}; counted once")
    cut = connections_cut(kept)
    if cut:
        on_notice(
            f"connections that go on in another capture and count as two: {cut:,}; put the "
            "captures together first, with mergecap -w WHOLE.pcap"
        )
    return kept


def _nothing_readable(unreadable: Sequence[Unreadable]) -> str:
    first = unreadable[0].message
    others = len(unreadable) - 1
    return f"{first} (and {others} more that cannot be read)" if others else first
