"""certs: the certificate database by hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.analysis import open_database
from commands.exit_status import NOTHING_MALICIOUS
from commands.options.command_line import add
from commands.options.option import STANDARD_OUTPUT
from commands.output import reason_of, write, write_to
from commands.results import language_of

if TYPE_CHECKING:
    from report.language import Language
    from verdict.certificates import Forgotten
    from verdict.known_certificates import Entry

HELP: Final = "list, confirm, forget, import and export known malicious certificates"
EXAMPLE: Final = "python project.py detect pcaps/beacon.pcap; python project.py certs list"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options; the database may be named before or after them."""
    place = argparse.ArgumentParser(add_help=False)
    add(place, "certificates", "lang", inherited=True)
    add(parser, "certificates", "lang")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    described = {
        "list": "what is known, and who learnt what from which capture",
        "confirm": "a person says that it is malicious: from now on it decides FINAL alone",
        "forget": "remove a false alarm, or all that was learned from a capture",
        "import": "add a list: abuse.ch SSLBL CSV, or our own export",
        "export": "write everything as CSV, or a list in the form of abuse.ch",
    }
    parsers = {
        action: actions.add_parser(action, help=text, description=text, parents=[place])
        for action, text in described.items()
    }
    digits = "first digits of its SHA-256 or SHA-1"
    parsers["confirm"].add_argument("fingerprint", metavar="FINGERPRINT", help=digits)
    what = parsers["forget"].add_mutually_exclusive_group(required=True)
    what.add_argument("fingerprint", nargs="?", metavar="FINGERPRINT", help=digits)
    add(what, "capture")
    add(parsers["list"], "capture")
    add(parsers["export"], "sslbl")
    parsers["import"].add_argument("file", type=Path, metavar="FILE")
    parsers["export"].add_argument(
        "file", nargs="?", default=STANDARD_OUTPUT, metavar="FILE", help="standard output if left"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked and return the exit status."""
    actions: dict[str, Callable[[argparse.Namespace], None]] = {
        "list": _list,
        "confirm": _confirm,
        "forget": _forget,
        "import": _import,
        "export": _export,
    }
    actions[arguments.action](arguments)
    return NOTHING_MALICIOUS


def _list(arguments: argparse.Namespace) -> None:
    from report.certificate_listing import certificate_listing

    entries: Sequence[Entry] = open_database(arguments.certificates).entries()
    if arguments.capture is not None:
        from verdict.learned_captures import learned_from

        entries = learned_from(entries, arguments.capture)
    write(certificate_listing(entries, language_of(arguments)))


def _confirm(arguments: argparse.Namespace) -> None:
    from report.certificate_listing import fingerprint_of

    language = language_of(arguments)
    entry = open_database(arguments.certificates).confirm(arguments.fingerprint)
    write(language("confirmed {fingerprint}", fingerprint=fingerprint_of(entry)) + "\n")


def _forget(arguments: argparse.Namespace) -> None:
    from report.certificate_listing import fingerprint_of

    language = language_of(arguments)
    database = open_database(arguments.certificates)
    if arguments.capture is None:
        entry = database.forget(arguments.fingerprint)
        write(language("forgot {what}", what=fingerprint_of(entry)) + "\n")
    else:
        write(_forgotten(database.forget_capture(arguments.capture), language))


def _forgotten(found: Forgotten, language: Language) -> str:
    line = language("forgot {what}", what=language.counted(found.removed, "certificate"))
    if found.kept:
        line += language("; {count} known otherwise stay", count=f"{found.kept:,}")
    return f"{line}\n"


def _import(arguments: argparse.Namespace) -> None:
    from verdict.certificate_csv import parse
    from verdict.errors import CertificateDatabaseError

    language = language_of(arguments)
    try:
        listed = parse(_text(arguments.file))
    except CertificateDatabaseError as error:
        raise CertificateDatabaseError(f"{arguments.file}: {error}") from None
    new = open_database(arguments.certificates).add(listed.entries)
    line = language(
        "{path}: {certificates}, {count} new",
        path=arguments.file,
        certificates=language.counted(len(listed.entries), "certificate"),
        count=f"{new:,}",
    )
    if listed.skipped:
        line += language(", skipped {rows}", rows=language.counted(listed.skipped, "row"))
    write(f"{line}\n")


def _export(arguments: argparse.Namespace) -> None:
    from verdict.certificate_csv import block_list, export

    form = block_list if arguments.sslbl else export
    write_to(arguments.file, form(open_database(arguments.certificates).entries()))


def _text(path: Path) -> str:
    from capture.errors import UnreadableInputError

    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace")  # line ends as they are
    except OSError as error:
        raise UnreadableInputError(f"{path}: {reason_of(error)}") from None
