"""logs: captures as Zeek-style conn, ssl, x509 and dns logs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from commands.analysis import add_arguments
from commands.errors import WrongUseError
from commands.exit_status import NOTHING_MALICIOUS, UNREADABLE_INPUT
from commands.options.command_line import add
from commands.output import complaint, make_folder, notice, reason_of
from commands.progress import ReadBytes, progress, sizes_of

if TYPE_CHECKING:
    from capture.discover import Input
    from capture.read import Engine
    from capture.zeek_format.writing import Form

HELP: Final = "captures as conn.log, ssl.log, x509.log and dns.log in Zeek's form"
EXAMPLE: Final = "python project.py logs pcaps/browsing.pcap --out logs --format json"
_ELSE: Final = "name another folder with --out"


class _Written(NamedTuple):
    """Lines for the user about one input, and why it could not be read, if so."""

    notices: tuple[str, ...]
    error: str | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_arguments(parser)
    add(parser, "logs-out", "format")


def run(arguments: argparse.Namespace) -> int:
    """Write the logs of every capture and return the exit status."""
    from capture.discover import find_inputs
    from capture.errors import UnreadableInputError
    from report.text import counted

    inputs = find_inputs(arguments.paths)
    if not inputs:
        places = ", ".join(map(str, arguments.paths))
        raise UnreadableInputError(f"no capture and no Zeek logs in {places}")
    alone = len(inputs) == 1
    folders = [arguments.out if alone else arguments.out / source.name for source in inputs]
    _refuse_loss(folders, inputs)
    make_folder(arguments.out)
    write = partial(
        _write_one,
        folders=dict(zip(inputs, folders, strict=True)),
        engine=arguments.engine,
        form=arguments.format,
        decompressed_limit=arguments.decompression_limit,
    )
    with progress("writing logs", sizes_of(inputs)) as read:
        written = _each(write, inputs, arguments.jobs, read)
    for outcome in written:
        for line in outcome.notices:
            notice(line)
        if outcome.error is not None:
            complaint(outcome.error)
    readable = sum(one.error is None for one in written)
    if not readable:
        return UNREADABLE_INPUT
    notice(f"wrote the logs of {counted(readable, 'input')} to {arguments.out}")
    return NOTHING_MALICIOUS


def _refuse_loss(folders: Sequence[Path], inputs: Sequence[Input]) -> None:
    """Refuse to write where logs are that are read now or are not this program's.

    Raises ``WrongUseError``.
    """
    from capture.zeek_folder import find_log_files
    from capture.zeek_format.own_logs import foreign_log

    read = {source.path.resolve() for source in inputs}
    for folder in folders:
        if folder.resolve() in read:
            raise WrongUseError(f"{folder}: its logs are an input, not to be overwritten; {_ELSE}")
        try:
            files = find_log_files(folder) if folder.is_dir() else {}
            foreign = foreign_log(path for paths in files.values() for path in paths)
        except OSError as error:
            raise WrongUseError(f"{folder}: cannot be written ({reason_of(error)})") from None
        if foreign:
            raise WrongUseError(
                f"{foreign}: not this program's as far as can be told, so not overwritten; {_ELSE}"
            )


def _each(
    write: Callable[..., _Written], inputs: Sequence[Input], jobs: int, read: ReadBytes
) -> list[_Written]:
    """Return what came of each input, in their order; raises what would meet every one."""
    from capture.errors import EngineError
    from capture.processes import are_worth_processes, defect, outcomes

    if not are_worth_processes(inputs, jobs):
        return [write(source, progress=read.of(source.name), jobs=jobs) for source in inputs]
    written = {}
    for source, future in outcomes(write, inputs, jobs):
        error = future.exception()
        if isinstance(error, (EngineError, WrongUseError)):
            raise error
        failed = error and _Written((), f"{source.path}: {defect(error)}")
        written[source] = failed or future.result()
        read.done(source.name)
    return [written[source] for source in inputs]


def _write_one(
    source: Input,
    folders: Mapping[Input, Path],
    engine: Engine,
    form: Form,
    decompressed_limit: int | None,
    progress: Callable[[int], None] | None = None,
    jobs: int = 1,
) -> _Written:
    from capture.errors import UnreadableInputError
    from capture.read import reading
    from capture.zeek_format import write_logs

    notices: list[str] = []
    folder = folders[source]
    try:
        with reading(
            source,
            engine,
            notices.append,
            decompressed_limit=decompressed_limit,
            progress=progress,
            jobs=jobs,
        ) as logs:
            write_logs(logs, folder, form)
            skipped = logs.captures[0].skipped
    except UnreadableInputError as error:
        return _Written(tuple(notices), str(error))
    except OSError as error:
        raise WrongUseError(f"{folder}: cannot be written ({reason_of(error)})") from None
    if skipped:
        reasons = ", ".join(f"{count} ({reason})" for reason, count in sorted(skipped.items()))
        notices.append(f"{source.path}: skipped {reasons}")
    return _Written(tuple(notices))
