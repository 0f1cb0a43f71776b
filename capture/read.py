"""The one way to logs: any capture or log folder, through whichever engine is asked for."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from capture.discover import Input, find_inputs, head_of, looks_like_capture
from capture.errors import EngineError, UnreadableInputError
from capture.logs import Logs, merge
from capture.zeek_binary import find_zeek, run_zeek
from capture.zeek_folder import read_folder

Engine = Literal["auto", "zeek", "builtin"]
Notice = Callable[[str], None]


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
) -> ReadResult:
    """Read every capture and log folder at or below the paths, ``jobs`` at a time.

    Unless ``recursive``, folders within the given ones are left alone. A capture that is there
    twice counts once. ``on_notice`` gets one line for each thing worth knowing. Raises
    ``UnreadableInputError`` if nothing at all can be read, ``EngineError`` if Zeek is asked for and
    not installed.
    """
    inputs = find_inputs(paths, recursive=recursive)
    if not inputs:
        raise UnreadableInputError(
            f"no capture and no Zeek logs in {', '.join(map(str, paths))}; put a .pcap file there"
        )
    outcomes = _read_all(inputs, engine, jobs)
    for outcome in outcomes:
        for notice in outcome.notices:
            on_notice(notice)
    unreadable = tuple(
        Unreadable(str(source.path), outcome.message)
        for source, outcome in zip(inputs, outcomes, strict=True)
        if outcome.logs is None
    )
    parts = _distinct([outcome.logs for outcome in outcomes if outcome.logs], on_notice)
    if not parts:
        raise UnreadableInputError(_nothing_readable(unreadable))
    return ReadResult(merge(parts), unreadable)


def read_one(source: Input, engine: Engine, on_notice: Notice) -> Logs:
    """Read one input; a capture on which Zeek fails is read by the builtin engine.

    Raises ``UnreadableInputError`` if it is neither a capture nor a folder of logs, ``EngineError``
    if Zeek is asked for and not installed.
    """
    if source.kind == "logs":
        return read_folder(source.path)
    head = head_of(source.path)
    if head.startswith((b"#separator", b"#fields")):
        raise UnreadableInputError(f"{source.path}: a Zeek log; name the folder that holds it")
    zeek = _zeek(engine)
    if zeek and looks_like_capture(head):
        try:
            return run_zeek(zeek, source.path)
        except EngineError as error:
            on_notice(f"{error}; the builtin engine takes over")
    return _analyse(source.path)


def _zeek(engine: Engine) -> Path | None:
    zeek = None if engine == "builtin" else find_zeek()
    if engine == "zeek" and zeek is None:
        raise EngineError("zeek is not on PATH; install it, or choose the builtin engine")
    return zeek


def _analyse(path: Path) -> Logs:
    from capture.builtin.engine import analyse  # loads slowly, and log folders do not need it

    return analyse(path)


def _read_all(inputs: list[Input], engine: Engine, jobs: int) -> list[_Outcome]:
    read = partial(_outcome, engine=engine)
    if jobs <= 1 or len(inputs) == 1:
        return [read(source) for source in inputs]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(inputs)), mp_context=context) as pool:
        return list(pool.map(read, inputs))


def _outcome(source: Input, engine: Engine) -> _Outcome:
    notices: list[str] = []
    try:
        logs = read_one(source, engine, notices.append)
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


def _nothing_readable(unreadable: Sequence[Unreadable]) -> str:
    first = unreadable[0].message
    others = len(unreadable) - 1
    return f"{first} (and {others} more that cannot be read)" if others else first
