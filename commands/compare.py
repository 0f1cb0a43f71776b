"""compare: classifiers of conversations side by side, on rows held out in two ways."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from commands.exit_status import NOTHING_MALICIOUS, UNREADABLE_INPUT
from commands.options.command_line import add
from commands.output import complaint, working, write, write_to
from commands.results import check_destinations, is_shown

if TYPE_CHECKING:
    from module4.compare import Job
    from module4.held_out import Scored

HELP: Final = "classifiers of conversations side by side, on rows held out in two ways"
EXAMPLE: Final = "python project.py compare --json comparison.json --html comparison.html"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add(parser, "conversation-sets", "figures", "figures-html", "fits-at-once")


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison and return the exit status."""
    from evaluation.classifier_page import classifier_page
    from evaluation.classifier_text import classifier_text
    from evaluation.document import as_json
    from module4.compare import compare
    from module4.examples import DATASET, ExampleError, read_examples
    from training.tables import TableError

    check_destinations(arguments)
    try:
        rows = read_examples(arguments.data or DATASET)
        with working("fitting classifiers"):
            document = compare(rows, partial(_run_all, arguments.jobs))
    except (ExampleError, TableError) as error:
        complaint(str(error))
        return UNREADABLE_INPUT
    for destination, render in ((arguments.json, as_json), (arguments.html, classifier_page)):
        if destination is not None:
            write_to(destination, render(document))
    if is_shown(arguments):
        write(classifier_text(document))
    return NOTHING_MALICIOUS


def _run_all(workers: int, function: Callable[[Job], Scored], jobs: Sequence[Job]) -> list[Scored]:
    """Map the function over the jobs, in so many processes if there is more than one."""
    if workers == 1:
        return [function(job) for job in jobs]
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Each process has a core to itself: its libraries need no threads. It reads this as it starts.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_start) as pool:
        return list(pool.map(function, jobs))


def _start() -> None:
    """Leave Ctrl-C to the process that started this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
