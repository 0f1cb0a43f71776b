"""scan: each capture by itself, one result document a capture and a table of all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.analysis import (
    add_arguments,
    add_detector_arguments,
    learn,
    open_database,
    readable_entries,
)
from commands.exit_status import MALICIOUS, NOTHING_MALICIOUS, UNREADABLE_INPUT
from commands.options.command_line import add
from commands.output import make_folder, notice, replace_file
from commands.scan_worker import Scanned, Settings, digest, failed, is_fatal, prepare, scan_one

if TYPE_CHECKING:
    from capture.discover import Input
    from report.summary import SummaryRow
    from verdict.known_certificates import Entry

HELP: Final = "each capture by itself: one result document a capture, and summary.csv"
EXAMPLE: Final = "python project.py scan pcaps --out results --jobs 2"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_arguments(parser)
    add(parser, "out", "resume")
    add_detector_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the documents and the summary and return the exit status."""
    from capture.discover import find_inputs
    from capture.errors import UnreadableInputError
    from report.summary import summary
    from report.text import counted

    inputs = find_inputs(arguments.paths)
    if not inputs:
        places = ", ".join(map(str, arguments.paths))
        raise UnreadableInputError(f"no capture and no Zeek logs in {places}")
    make_folder(arguments.out)
    kept = _kept(inputs, arguments.out) if arguments.resume else {}
    remaining = [source for source in inputs if source.name not in kept]
    rows, any_readable = _scan(remaining, inputs, arguments)
    rows += kept.values()
    replace_file(arguments.out / "summary.csv", summary(rows))
    notice(f"wrote {counted(len(rows), 'document')} and summary.csv to {arguments.out}")
    if not (any_readable or kept):
        return UNREADABLE_INPUT
    return MALICIOUS if any(row.malicious_servers for row in rows) else NOTHING_MALICIOUS


def _scan(
    remaining: Sequence[Input], inputs: Sequence[Input], arguments: argparse.Namespace
) -> tuple[list[SummaryRow], bool]:
    """Write a document for each remaining input; return its row and whether any was readable."""
    from report.summary import summary_row
    from verdict.document_json import to_json

    database = open_database(arguments.certificates)
    entries = readable_entries(database)
    settings = Settings(
        arguments.engine, arguments.models, entries, _own(inputs), arguments.decompression_limit
    )
    rows: list[SummaryRow] = []
    learned: list[Entry] = []
    any_readable = False
    with _progress(len(remaining)) as advance:
        for source, scanned in _results(remaining, settings, arguments.jobs):
            for line in scanned.notices:
                notice(f"{source.name}: {line}")
            replace_file(arguments.out / f"{source.name}.json", to_json(scanned.document))
            rows.append(summary_row(source.name, scanned.document))
            learned += scanned.learned
            any_readable |= scanned.readable
            advance()
    if entries is not None:
        learn(database, sorted(learned, key=_learning_order))
    return rows, any_readable


def _learning_order(entry: Entry) -> tuple[str, ...]:
    return entry.sha256 or "", *(sighting.capture_sha256 for sighting in entry.sightings)


def _own(inputs: Sequence[Input]) -> frozenset[str]:
    """Return what tells that something was learned from one of these inputs."""
    return frozenset(digest(source) or str(source.path) for source in inputs)


def _results(
    inputs: Sequence[Input], settings: Settings, jobs: int
) -> Iterator[tuple[Input, Scanned]]:
    """Yield what came of each input, as they end; none, whatever goes wrong, is left out."""
    from capture.processes import outcomes

    for source, future in outcomes(scan_one, inputs, jobs, partial(prepare, settings)):
        yield source, _outcome(source, future, settings)


def _outcome(source: Input, future: Future[Scanned], settings: Settings) -> Scanned:
    """Return the result; a defect met on one capture is told in its document and ends no scan."""
    from capture.processes import defect

    error = future.exception()
    if error is None:
        return future.result()
    if is_fatal(error):
        raise error
    return failed(source, settings.engine, defect(error))


def _kept(inputs: Sequence[Input], folder: Path) -> dict[str, SummaryRow]:
    """Return the rows of those captures whose document is there and of the same bytes."""
    from report.summary import summary_row
    from verdict.document_json import from_json
    from verdict.errors import DocumentError

    kept = {}
    for source in inputs:
        try:
            document = from_json((folder / f"{source.name}.json").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, DocumentError):
            continue
        found = digest(source)
        if found and [capture.sha256 for capture in document.captures] == [found]:
            kept[source.name] = summary_row(source.name, document)
    return kept


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show progress on a terminal; yield what to call after each capture."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("scanning", total=total)
        yield lambda: bar.advance(task)
