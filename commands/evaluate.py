"""evaluate: how good the detectors are, by stored scores, fitted again, or on labelled captures."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final

from commands.analysis import add_detector_arguments, open_database, readable_entries
from commands.errors import WrongUseError
from commands.evaluate_ctu import run_ctu
from commands.evaluate_flows import run_flows
from commands.exit_status import NOTHING_MALICIOUS
from commands.options.command_line import add
from commands.output import complaint, write, write_to
from commands.results import check_destinations, is_shown

HELP: Final = "how good the detectors are, family by family"
EXAMPLE: Final = (
    "python project.py evaluate --html figures.html; "
    "python project.py evaluate --flows --json attacks.json"
)
_NEEDS_FULL: Final = ("folds", "repeats", "jobs", "date", "data")
_FEWEST_FOLDS: Final = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    source = parser.add_mutually_exclusive_group()
    add(source, "full", "measured-manifest", "labelled-flows", "ctu")
    add(parser, "servers", "folds", "repeats", "fits", "date", "full-data")
    add(parser, "figures", "evaluation-html")
    add_detector_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures and return the exit status."""
    from evaluation.text import text
    from verdict.evaluate import evaluate, table

    _check(arguments)
    if arguments.flows is not None:
        return run_flows(arguments)
    if arguments.ctu:
        return run_ctu(arguments)
    if arguments.full or arguments.manifest is not None:
        content = _refitted(arguments) if arguments.full else _captures(arguments)
        _write_documents(arguments, content)
        return _print(arguments, text(content))
    if arguments.json is not None or arguments.html is not None:
        _write_documents(arguments, _stored(arguments))
    return _print(arguments, table(evaluate(arguments.models)))


def _print(arguments: argparse.Namespace, summary: str) -> int:
    if is_shown(arguments):
        write(summary)
    return NOTHING_MALICIOUS


def _check(arguments: argparse.Namespace) -> None:
    """Refuse, before the long work, what does not fit together or cannot be written."""
    for option in _NEEDS_FULL:
        if getattr(arguments, option) is not None and not arguments.full:
            raise WrongUseError(f"--{option} is for --full, which fits the detectors again")
    if arguments.folds is not None and arguments.folds < _FEWEST_FOLDS:
        raise WrongUseError(f"--folds must be {_FEWEST_FOLDS} at least")
    if arguments.html is not None and (arguments.flows is not None or arguments.ctu):
        option = "--ctu" if arguments.ctu else "--flows"
        raise WrongUseError(f"{option} gives figures as text or --json, no page")
    if arguments.servers is not None and arguments.manifest is None:
        raise WrongUseError("--servers labels the captures of a --manifest, which is missing")
    check_destinations(arguments)


def _write_documents(arguments: argparse.Namespace, content: Mapping[str, Any]) -> None:
    from evaluation.document import as_json
    from evaluation.page import page

    for destination, render in ((arguments.json, as_json), (arguments.html, page)):
        if destination is not None:
            write_to(destination, render(content))


def _stored(arguments: argparse.Namespace) -> dict[str, Any]:
    from evaluation.stored import stored_document

    return stored_document(arguments.models)


def _refitted(arguments: argparse.Namespace) -> dict[str, Any]:
    from evaluation.protocol import Settings, run
    from evaluation.refitting import Trainer
    from evaluation.stored import thresholds
    from evaluation.tables import read_tables

    given = {"folds": arguments.folds, "repeats": arguments.repeats, "jobs": arguments.jobs}
    known = {name: value for name, value in given.items() if value is not None}
    entries = readable_entries(open_database(arguments.certificates)) or ()
    limits = thresholds(arguments.models)
    settings = Settings(day=arguments.date, **known)
    return run(Trainer(read_tables(arguments.data)), limits, entries, settings)


def _captures(arguments: argparse.Namespace) -> dict[str, Any]:
    from evaluation.labelled_captures import captures_document
    from evaluation.stored import thresholds
    from training.manifest import read_labelled
    from training.progress import tracked
    from verdict.scoring import load_models

    inputs = read_labelled(arguments.manifest, arguments.servers)
    models, limits = load_models(arguments.models), thresholds(arguments.models)
    return captures_document(tracked(inputs, "evaluate"), models, limits, complaint)
