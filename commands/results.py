"""What commands have in common that show a result: what to show of it, and in which forms."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.errors import WrongUseError
from commands.exit_status import MALICIOUS, NOTHING_MALICIOUS
from commands.options.command_line import add
from commands.options.option import STANDARD_OUTPUT
from commands.output import check_writable, refuse_inputs, write_to
from verdict.addresses import normal_form

if TYPE_CHECKING:
    from report.language import Language
    from report.selection import Overview, Selection, View

FORMS: Final = ("json", "csv", "jsonl", "html", "stix", "misp")
# Options that name files to read, of one command or another.
_INPUTS: Final = ("paths", "files", "allow", "manifest", "servers", "flows", "certificates")
_SHOWING: Final = ("top", "min-probability", "sort", "allow", "show-allowed", "lang")


def add_result_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which targets are shown and where each form of the result goes."""
    add(parser, *_SHOWING, *FORMS)


def check_destinations(arguments: argparse.Namespace) -> None:
    """Refuse, before the long work, what cannot be written, two in one place, or over an input.

    Raises ``WrongUseError``.
    """
    taken: dict[str, str] = {}
    for form, destination in _destinations(arguments).items():
        if destination in taken:
            both = f"--{taken[destination]} and --{form} cannot both"
            if destination == STANDARD_OUTPUT:
                raise WrongUseError(f"{both} go to standard output; name a file")
            raise WrongUseError(f"{both} be written to {destination}; name two files")
        taken[destination] = form
        check_writable(destination)
        if destination != STANDARD_OUTPUT:
            refuse_inputs(Path(destination), _inputs(arguments))


def is_shown(arguments: argparse.Namespace) -> bool:
    """Return whether standard output is free for what a person reads."""
    return STANDARD_OUTPUT not in _destinations(arguments).values()


def _destinations(arguments: argparse.Namespace) -> dict[str, str]:
    """Return where each form goes that was asked for; few commands have all of them."""
    known = {form: getattr(arguments, form, None) for form in FORMS}
    return {form: destination for form, destination in known.items() if destination is not None}


def _inputs(arguments: argparse.Namespace) -> Iterator[Path]:
    """Yield the files and folders that this run reads."""
    for name in _INPUTS:
        value = getattr(arguments, name, None) or ()
        yield from map(Path, value if isinstance(value, list | tuple) else [value])


def view_of(arguments: argparse.Namespace) -> View:
    """Return what the options ask to see; raises ``AllowlistError``."""
    from report.allowlist import read_allowlist
    from report.selection import View

    return View(
        read_allowlist(arguments.allow or ()),
        arguments.show_allowed,
        arguments.top,
        arguments.min_probability,
        arguments.sort,
    )


def addresses_of(texts: Sequence[str]) -> list[str]:
    """Return addresses in normal form; raises ``WrongUseError`` for a text that is none."""
    addresses = []
    for text in texts:
        address = normal_form(text)
        if address is None:
            raise WrongUseError(f"{text!r} is no IP address")
        addresses.append(address)
    return addresses


def asked_for(view: View) -> View:
    """Return a view that hides nothing of addresses that were asked for by name."""
    return replace(view, show_allowed=True, top=None, min_probability=None)


def language_of(arguments: argparse.Namespace) -> Language:
    """Return the language that the options ask for."""
    from report.language import Language

    return Language(arguments.lang)


def in_full(selection: Selection, language: Language) -> str:
    """Return every target in the classic form with its reasons, and what the allowlist says."""
    from report.console import allowed_lines, console

    allowed = allowed_lines(selection.overview.rows, language)
    return console(selection.visible, language) + "".join(f"{line}\n" for line in allowed)


def write_results(arguments: argparse.Namespace, selection: Selection, language: Language) -> None:
    """Write each form that was asked for; the document itself whole, the others as selected."""
    for form, destination in _destinations(arguments).items():
        write_to(destination, rendered(form, selection, language))


def rendered(form: str, selection: Selection, language: Language) -> str:
    """Return a selection in one of ``FORMS``."""
    if form == "json":
        from verdict.document_json import to_json

        return to_json(selection.document)
    if form == "csv":
        from report.csv_report import csv_report

        return csv_report(selection)
    if form == "jsonl":
        from report.triage import json_lines

        return json_lines(selection.overview.rows)
    if form == "html":
        from report.html.page import page

        return page(selection, language)
    if form == "stix":
        from report.stix import stix_bundle

        return stix_bundle(selection.visible)
    from report.misp import misp_csv

    return misp_csv(selection.visible)


def status_of(overview: Overview) -> int:
    """Return the exit status: whether anything that is not allowed is malicious."""
    return MALICIOUS if overview.malicious else NOTHING_MALICIOUS
