"""flows: captures as a table with one row a flow, in the columns of CSE-CIC-IDS2018."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.errors import WrongUseError
from commands.exit_status import NOTHING_MALICIOUS
from commands.options.command_line import add
from commands.output import check_writable, complaint, notice, refuse_inputs, replacing
from commands.progress import ReadBytes, progress, sizes_of
from commands.table_parts import TableParts

if TYPE_CHECKING:
    from capture.discover import Input

HELP: Final = "captures as a table with one row a flow, in the columns of CSE-CIC-IDS2018"
EXAMPLE: Final = "python project.py flows pcaps/browsing.pcap --out flows.csv"
_FORMS: Final = (".csv", ".parquet")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a capture, or a folder to search for captures",
    )
    add(parser, "flows-out", "cic", "decompression-limit")


def run(arguments: argparse.Namespace) -> int:
    """Write the flows of all captures into one table and return the exit status."""
    from report.text import counted

    if arguments.out.suffix not in _FORMS:
        raise WrongUseError(f"{arguments.out}: name a file that ends in .csv or .parquet")
    check_writable(str(arguments.out), instead="name another file")
    captures = _captures(arguments.paths)
    refuse_inputs(arguments.out, (source.path for source in captures))
    with (
        replacing(arguments.out) as part,
        TableParts(part, arguments.out.suffix) as table,
        progress("reading captures", sizes_of(captures)) as read,
    ):
        _read_all(captures, arguments, read, table)
    notice(f"wrote {counted(table.rows, 'flow')} to {arguments.out}")
    return NOTHING_MALICIOUS


def _captures(paths: Sequence[Path]) -> list[Input]:
    from capture.discover import find_inputs
    from capture.errors import UnreadableInputError

    inputs = find_inputs(paths)
    for folder in (source for source in inputs if source.kind == "logs"):
        notice(f"{folder.path}: left out, logs do not hold the packets that flows are made of")
    captures = [source for source in inputs if source.kind == "capture"]
    if not captures:
        raise UnreadableInputError(f"no capture in {', '.join(map(str, paths))}")
    return captures


def _read_all(
    captures: Sequence[Input], arguments: argparse.Namespace, read: ReadBytes, table: TableParts
) -> None:
    """Write the flows of all captures that can be read, of one after another."""
    from capture.errors import UnreadableInputError

    failed: list[str] = []
    for source in captures:
        try:
            _read_one(source, arguments, read, table)
        except UnreadableInputError as error:
            failed.append(str(error))
    found = len(failed) < len(captures)
    for line in failed[0 if found else 1 :]:
        complaint(line)
    if not found:
        raise UnreadableInputError(failed[0])


def _read_one(
    source: Input, arguments: argparse.Namespace, read: ReadBytes, table: TableParts
) -> None:
    from module3.features import flows_in_parts

    with flows_in_parts(
        source.path,
        cic=arguments.cic,
        decompressed_limit=arguments.decompression_limit,
        progress=read.of(source.name),
    ) as flows:
        read.done(source.name)
        _tell_skipped(source.path, flows.skipped)
        for part in flows.tables:
            table.add(part)


def _tell_skipped(path: Path, skipped: Mapping[str, int]) -> None:
    if skipped:
        from report.text import counted

        reasons = ", ".join(
            f"{counted(count, 'packet')} ({reason})" for reason, count in skipped.items()
        )
        notice(f"{path}: skipped {reasons}")
