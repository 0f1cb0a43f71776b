"""flows: captures as a table with one row a flow, in the columns of CSE-CIC-IDS2018."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.errors import WrongUseError
from commands.exit_status import NOTHING_MALICIOUS
from commands.options.command_line import add
from commands.output import check_writable, complaint, notice, refuse_inputs, replacing
from commands.progress import ReadBytes, progress, sizes_of

if TYPE_CHECKING:
    import polars as pl

    from capture.discover import Input
    from module3.features import CaptureFlows

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
    with progress("reading captures", sizes_of(captures)) as read:
        table = _read_all(captures, arguments, read)
    _write(table, arguments.out)
    notice(f"wrote {counted(len(table), 'flow')} to {arguments.out}")
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
    captures: Sequence[Input], arguments: argparse.Namespace, read: ReadBytes
) -> pl.DataFrame:
    """Return the flows of all captures that can be read, of one after another."""
    import polars as pl

    from capture.errors import UnreadableInputError
    from module3.features import flows_of_capture

    found: list[CaptureFlows] = []
    failed: list[str] = []
    for source in captures:
        try:
            flows = flows_of_capture(
                source.path,
                cic=arguments.cic,
                decompressed_limit=arguments.decompression_limit,
                progress=read.of(source.name),
            )
        except UnreadableInputError as error:
            failed.append(str(error))
            continue
        read.done(source.name)
        _tell_skipped(source.path, flows)
        found.append(flows)
    for line in failed[0 if found else 1 :]:
        complaint(line)
    if not found:
        raise UnreadableInputError(failed[0])
    return pl.concat([flows.table for flows in found])


def _tell_skipped(path: Path, flows: CaptureFlows) -> None:
    if flows.skipped:
        from report.text import counted

        reasons = ", ".join(
            f"{counted(count, 'packet')} ({reason})" for reason, count in flows.skipped.items()
        )
        notice(f"{path}: skipped {reasons}")


def _write(table: pl.DataFrame, path: Path) -> None:
    with replacing(path) as part:
        if path.suffix == ".parquet":
            table.write_parquet(part)
        else:
            table.write_csv(part, datetime_format="%Y-%m-%d %H:%M:%S%.6f")
