"""Progress of what takes more than a moment, on a terminal, with rate and time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, MutableSequence, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from commands.output import is_quiet

if TYPE_CHECKING:
    from capture.discover import Input


class ReadBytes:
    """How many bytes of each input were read; processes may share the counts.

    ``sizes`` are the bytes of the inputs by name, ``counts`` has a place for each of them.
    """

    def __init__(self, sizes: Mapping[str, int], counts: MutableSequence[int]) -> None:
        self._sizes = sizes
        self._places = {name: place for place, name in enumerate(sizes)}
        self._counts = counts
        self.inputs_done = 0

    def tell(self, name: str, count: int, reading: int = 0, readings: int = 1) -> None:
        """Note how far an input was read, in the first of ``readings`` or in a later one."""
        if name not in self._sizes:  # it came after the others were counted
            return
        size = self._sizes[name]
        self._counts[self._places[name]] = (reading * size + min(count, size)) // readings

    def of(self, name: str, reading: int = 0, readings: int = 1) -> Callable[[int], None]:
        """Return what is to be told the bytes of one input."""
        return partial(self.tell, name, reading=reading, readings=readings)

    def done(self, name: str) -> None:
        """Note that nothing is left to do of an input."""
        self.tell(name, self._sizes.get(name, 0))
        self.inputs_done += 1

    def total(self) -> int:
        """Return the bytes that were read of all inputs."""
        return sum(self._counts)


def sizes_of(inputs: Sequence[Input]) -> dict[str, int]:
    """Return the bytes of each input by name."""
    from capture.processes import size_of

    return {source.name: size_of(source.path) for source in inputs}


@contextmanager
def progress(what: str, sizes: Mapping[str, int]) -> Iterator[ReadBytes]:
    """Show how much of the inputs was read; yield what is to be told.

    ``sizes`` are the bytes of the inputs by name, by which rate and time left are told.
    """
    if is_quiet() or not sys.stderr.isatty():
        yield ReadBytes(sizes, [0] * len(sizes))
        return
    from multiprocessing import get_context

    counts = get_context("spawn").RawArray("q", len(sizes))
    read = ReadBytes(sizes, counts)
    with _shown(what, sum(sizes.values()), len(sizes), read):
        yield read


@contextmanager
def _shown(what: str, size: int, inputs: int, read: ReadBytes) -> Iterator[None]:
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.table import Column

    class Bar(Progress):
        """Looks at the counts each time that it is drawn."""

        def get_renderables(self) -> Iterator[RenderableType]:
            for task in self.task_ids:
                self.look(task)
            yield from super().get_renderables()

        def look(self, task: TaskID) -> None:
            self.update(task, completed=read.total(), done=read.inputs_done)

    columns = (
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=None, table_column=Column(ratio=1)),
        TextColumn(f"{{task.fields[done]}}/{inputs}" if inputs > 1 else ""),
        DownloadColumn(table_column=Column(no_wrap=True)),
        TransferSpeedColumn(table_column=Column(no_wrap=True)),
        TextColumn("for"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.look(bar.add_task(what, total=size, done=0))
        yield
