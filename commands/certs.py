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

if TYPE_CHECKING:
    from verdict.certificates import Forgotten
    from verdict.known_certificates import Entry

HELP: Final = "list, confirm, forget, import and export known malicious certificates"
_DIGITS: Final = 12  # of a capture's SHA-256
EXAMPLE: Final = "python project.py detect pcaps/beacon.pcap; python project.py certs list"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options; the database may be named before or after them."""
    place = argparse.ArgumentParser(add_help=False)
    add(place, "certificates", inherited=True)
    add(parser, "certificates")
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
    entries: Sequence[Entry] = open_database(arguments.certificates).entries()
    if arguments.capture is not None:
        from verdict.learned_captures import learned_from

        entries = learned_from(entries, arguments.capture)
    write(listing(entries))


def _confirm(arguments: argparse.Namespace) -> None:
    entry = open_database(arguments.certificates).confirm(arguments.fingerprint)
    write(f"confirmed {_fingerprint(entry)}\n")


def _forget(arguments: argparse.Namespace) -> None:
    database = open_database(arguments.certificates)
    if arguments.capture is None:
        write(f"forgot {_fingerprint(database.forget(arguments.fingerprint))}\n")
    else:
        write(_forgotten(database.forget_capture(arguments.capture)))


def _forgotten(found: Forgotten) -> str:
    from report.text import counted

    kept = f"; {found.kept:,} known otherwise stay" if found.kept else ""
    return f"forgot {counted(found.removed, 'certificate')}{kept}\n"


def _import(arguments: argparse.Namespace) -> None:
    from report.text import counted
    from verdict.certificate_csv import parse

    listed = parse(_text(arguments.file))
    new = open_database(arguments.certificates).add(listed.entries)
    skipped = f", skipped {counted(listed.skipped, 'row')}" if listed.skipped else ""
    read = counted(len(listed.entries), "certificate")
    write(f"{arguments.file}: {read}, {new:,} new{skipped}\n")


def _export(arguments: argparse.Namespace) -> None:
    from verdict.certificate_csv import block_list, export

    form = block_list if arguments.sslbl else export
    write_to(arguments.file, form(open_database(arguments.certificates).entries()))


def _text(path: Path) -> str:
    from capture.errors import UnreadableInputError

    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnreadableInputError(f"{path}: {reason_of(error)}") from None


def listing(entries: Sequence[Entry]) -> str:
    """Return the entries as text: fingerprint, state and names, and where each was learned."""
    from report.text import counted, printable

    lines = []
    for entry in entries:
        lines.append(f"{_fingerprint(entry)}  {entry.state}")
        known = (("subject", entry.subject), ("SNI", entry.sni), ("note", entry.note))
        lines += [f"  {name}: {printable(text)}" for name, text in known if text]
        lines += [
            f"  learned from {printable(sighting.capture_name)} "
            f"({sighting.capture_sha256[:_DIGITS]}), {_time(sighting.ts)}, "
            f"FINAL {sighting.score:.3f}"
            for sighting in entry.sightings
        ]
    return "\n".join([*lines, counted(len(entries), "certificate")]) + "\n"


def _fingerprint(entry: Entry) -> str:
    return entry.sha256 or entry.sha1 or ""


def _time(ts: float | None) -> str:
    if ts is None:
        return "time unknown"
    from report.text import moment

    return f"{moment(ts)} UTC"
