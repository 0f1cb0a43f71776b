"""scan: each capture by itself, one result document a capture and a table of all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
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
from commands.colours import show
from commands.exit_status import UNREADABLE_INPUT
from commands.options.command_line import add
from commands.output import complaint, make_folder, notice, replace_file, write_to
from commands.progress import ReadBytes, progress, sizes_of
from commands.results import check_destinations, is_shown, language_of, status_of, view_of
from commands.scan_worker import (
    Scanned,
    Settings,
    digest,
    failed,
    is_fatal,
    prepare,
    scan_one,
    was_read,
)

if TYPE_CHECKING:
    from capture.discover import Input
    from report.selection import Overview, View
    from report.summary import SummaryRow
    from verdict.document import Document
    from verdict.known_certificates import Entry

HELP: Final = "each capture by itself: one result document a capture, and summary.csv"
EXAMPLE: Final = "python project.py scan pcaps --out results --jobs 2"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_arguments(parser)
    add(parser, "out", "resume", "top", "min-probability", "sort", "allow", "show-allowed", "lang")
    add(parser, "jsonl")
    add_detector_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the documents and the summary and return the exit status."""
    from capture.discover import find_inputs, refuse_pipes
    from capture.errors import UnreadableInputError
    from report.selection import together
    from report.text import counted

    check_destinations(arguments)
    inputs = find_inputs(arguments.paths)
    if not inputs:
        places = ", ".join(map(str, arguments.paths))
        raise UnreadableInputError(f"no capture and no Zeek logs in {places}")
    refuse_pipes(inputs)
    view = view_of(arguments)
    make_folder(arguments.out)
    results = _Results(arguments.out, view)
    if arguments.resume:
        _keep(inputs, results)
    remaining = [source for source in inputs if source.name not in results.rows]
    any_readable = bool(results.rows)
    try:
        any_readable |= _scan(remaining, inputs, arguments, results)
    except KeyboardInterrupt:
        done = f"{len(results.rows)} of {counted(len(inputs), 'input')}"
        line = f"stopped after {done}; the same command with --resume does the rest"
        raise KeyboardInterrupt(line) from None
    finally:
        results.write_summary()
    overview = together(list(results.overviews.values()), view)
    _show(overview, arguments)
    return status_of(overview) if any_readable else UNREADABLE_INPUT


def _show(overview: Overview, arguments: argparse.Namespace) -> None:
    """Print the servers of all captures as a table, or as lines of JSON."""
    from report.ranking import ranking
    from report.triage import json_lines

    if arguments.jsonl is not None:
        write_to(arguments.jsonl, json_lines(overview.rows))
    if is_shown(arguments):
        language = language_of(arguments)
        show(ranking(overview, language, verbose=arguments.verbose), language)


class _Results:
    """The folder of a scan: a document a capture, and what they say in short by capture."""

    def __init__(self, folder: Path, view: View) -> None:
        self._folder = folder
        self.view = replace(view, top=None)
        self._written = 0
        self.rows: dict[str, SummaryRow] = {}
        self.overviews: dict[str, Overview] = {}

    def write(self, name: str, document: Document) -> None:
        """Write the document of a capture."""
        from verdict.document_json import to_json

        replace_file(self._path(name), to_json(document))
        self._written += 1
        self.add(name, document)

    def add(self, name: str, document: Document) -> None:
        """Take in what a document says that is there."""
        from report.selection import select
        from report.summary import summary_row

        self.rows[name] = summary_row(name, document)
        self.overviews[name] = select(document, self.view, name).overview

    def read(self, name: str) -> Document:
        """Return the document of a capture; raises what reading it meets."""
        from verdict.document_json import from_json

        return from_json(self._path(name).read_text(encoding="utf-8"))

    def write_summary(self) -> None:
        """Write the table of all captures that have a document, and say what was written."""
        from report.summary import summary
        from report.text import counted

        replace_file(self._folder / "summary.csv", summary(list(self.rows.values())))
        written = counted(self._written, "document")
        notice(f"wrote {written} and summary.csv to {self._folder}")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _scan(
    remaining: Sequence[Input],
    inputs: Sequence[Input],
    arguments: argparse.Namespace,
    results: _Results,
) -> bool:
    """Write a document for each remaining input and return whether any was readable.

    What was found malicious until then is learned even if the rest is given up.
    """
    database = open_database(arguments.certificates)
    entries = readable_entries(database)
    settings = Settings(
        arguments.engine,
        arguments.models,
        entries,
        _own(inputs),
        arguments.decompression_limit,
        results.view.allowlist,
        max(1, arguments.jobs // max(1, len(remaining))),
    )
    learned: list[Entry] = []
    any_readable = False
    try:
        with progress("scanning", sizes_of(remaining)) as read:
            for source, scanned in _outcomes(remaining, settings, arguments.jobs, read):
                say = notice if scanned.readable else complaint
                for line in scanned.notices:
                    say(f"{source.name}: {line}")
                results.write(source.name, scanned.document)
                learned += scanned.learned
                any_readable |= scanned.readable
                read.done(source.name)
    finally:
        if entries is not None:
            learn(database, sorted(learned, key=_learning_order))
    return any_readable


def _learning_order(entry: Entry) -> tuple[str, ...]:
    return entry.sha256 or "", *(sighting.capture_sha256 for sighting in entry.sightings)


def _own(inputs: Sequence[Input]) -> frozenset[str]:
    """Return what tells that something was learned from one of these inputs."""
    return frozenset(digest(source) or str(source.path) for source in inputs)


def _outcomes(
    inputs: Sequence[Input], settings: Settings, jobs: int, read: ReadBytes
) -> Iterator[tuple[Input, Scanned]]:
    """Yield what came of each input, as they end; none, whatever goes wrong, is left out."""
    from capture.processes import outcomes

    for source, future in outcomes(scan_one, inputs, jobs, partial(prepare, settings, read)):
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


def _keep(inputs: Sequence[Input], results: _Results) -> None:
    """Take in the documents that are there of captures of the same bytes, as far as they were read.

    What failed is tried again: the reason may be gone, and it decides the exit status.
    """
    from verdict.errors import DocumentError

    for source in inputs:
        try:
            document = results.read(source.name)
        except (OSError, UnicodeDecodeError, DocumentError):
            continue
        found = digest(source)
        same = found and [capture.sha256 for capture in document.captures] == [found]
        if same and was_read(document):
            results.add(source.name, document)
