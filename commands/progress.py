"""Progress of what takes more than a moment, on a terminal, with rate and time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from commands.output import is_quiet


@contextmanager
def progress(what: str, sizes: Mapping[str, int]) -> Iterator[Callable[[str], None]]:
    """Show how many of the inputs are done; yield what to call with the name of each.

    ``sizes`` are the bytes of the inputs by name, by which rate and time left are told.
    """
    if is_quiet() or not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]}/{task.fields[inputs]}"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("for"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=sum(sizes.values()), done=0, inputs=len(sizes))
        done: list[str] = []

        def advance(name: str) -> None:
            done.append(name)
            bar.update(task, advance=sizes[name], done=len(done))

        yield advance
