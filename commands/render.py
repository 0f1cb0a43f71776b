"""render: result documents written earlier, shown again in any form, without their captures."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from capture.errors import UnreadableInputError
from commands.colours import show
from commands.errors import WrongUseError
from commands.options.command_line import add
from commands.output import notice, reason_of
from commands.results import (
    add_result_arguments,
    addresses_of,
    asked_for,
    check_destinations,
    in_full,
    is_shown,
    language_of,
    status_of,
    view_of,
    write_results,
)
from commands.same_captures import Named, captures_of, counted_once

if TYPE_CHECKING:
    from report.selection import Selection
    from verdict.document import Capture, Document, Target

_HINT: Final = "name a file of detect --json or --html"
HELP: Final = "result documents written earlier, shown again in any form, without their captures"
EXAMPLE: Final = (
    "python project.py detect pcaps --json result.json; "
    "python project.py render result.json --html result.html"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a document that detect --json or scan wrote, or a page of --html; several are shown "
        "as one",
    )
    add(parser, "ip")
    add_result_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the result again and return the exit status."""
    from report.ranking import ranking
    from report.selection import select

    check_destinations(arguments)
    view, language = view_of(arguments), language_of(arguments)
    documents = counted_once([Named(path, _read(path)) for path in arguments.files])
    document = together(documents)
    addresses = frozenset(addresses_of(arguments.ip or ()))
    if addresses:
        document = _of(document, addresses)
    is_whole = bool(addresses) and addresses <= {each.ip for each in document.targets}
    selection = select(document, asked_for(view) if is_whole else view)
    if len(documents) > 1:
        selection = with_attacks_of(selection, documents)
    write_results(arguments, selection, language)
    if is_shown(arguments):
        if is_whole:
            show(in_full(selection, language), language)
        else:
            show(ranking(selection.overview, language, verbose=arguments.verbose), language)
    return status_of(selection.overview)


def together(documents: Sequence[Document]) -> Document:
    """Return documents as one: captures and targets of all, in the order of any document."""
    from verdict.assess import in_order
    from verdict.attack_class import added_up
    from verdict.document import Engine

    if len(documents) == 1:
        return documents[0]
    engines = sorted({(each.engine.name, each.engine.version) for each in documents})
    names, versions = zip(*engines, strict=True)
    captures: dict[str, Capture] = {}
    for capture in (capture for each in documents for capture in each.captures):
        captures.setdefault(capture.sha256 or capture.path, capture)
    found = in_order(
        Engine(" + ".join(names), " + ".join(versions)),
        captures.values(),
        [target for each in documents for target in each.targets],
    )
    # A capture that could not be read has no ranges in its document.
    return replace(
        found,
        attack_classes=added_up(each.attack_classes for each in _of_other_captures(documents)),
        usual=next((each.usual for each in documents if each.usual), {}),
        usual_of_malicious=next(
            (each.usual_of_malicious for each in documents if each.usual_of_malicious), {}
        ),
    )


def with_attacks_of(selection: Selection, documents: Sequence[Document]) -> Selection:
    """Return a selection that says of several documents each by itself who attacked whom.

    Each names what it counted in its own captures only.
    """
    from report.attacks import Attacks

    parts = tuple(Attacks.of(each, _captures(each)) for each in _of_other_captures(documents))
    return replace(selection, overview=replace(selection.overview, attacks=parts))


def _captures(document: Document) -> str:
    return ", ".join(each.path for each in document.captures)


def _of_other_captures(documents: Sequence[Document]) -> Iterator[Document]:
    """Yield the documents of captures that none before is of: flows count once."""
    known: set[str] = set()
    for each in documents:
        own = captures_of(each)
        if not own <= known:
            yield each
        known |= own


def _of(document: Document, addresses: Set[str]) -> Document:
    """Return the targets of these addresses, and of a client that is none its servers.

    Raises ``WrongUseError`` for an address that is neither.
    """
    clients = addresses - {each.ip for each in document.targets}
    known = frozenset[str]().union(*map(_clients_of, document.targets))
    for client in sorted(clients):
        if client not in known:
            raise WrongUseError(
                f"{client}: no such address in the documents; ask their captures: "
                f"python project.py detect CAPTURE --ip {client}"
            )
        notice(f"{client}: a client; these are its servers, judged by all their clients")
    targets = (
        each for each in document.targets if each.ip in addresses or clients & _clients_of(each)
    )
    return replace(document, targets=tuple(targets))


def _clients_of(target: Target) -> frozenset[str]:
    return frozenset(each.client for each in target.connections)


def _read(path: Path) -> Document:
    from report.html.embedded import document_text, is_page
    from verdict.document_json import from_json
    from verdict.errors import DocumentError

    try:
        text = path.read_text(encoding="utf-8")
        return from_json(document_text(text) if is_page(text) else text)
    except OSError as error:
        raise UnreadableInputError(f"{path}: cannot be read ({reason_of(error)})") from None
    except UnicodeDecodeError:
        raise UnreadableInputError(f"{path}: not a result document: no text; {_HINT}") from None
    except DocumentError as error:
        raise UnreadableInputError(f"{path}: {error}; {_HINT}") from None
