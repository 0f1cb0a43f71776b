#!/usr/bin/env python3
"""Detects malicious encrypted traffic: the prompt without arguments, commands with."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

try:
    from capture.errors import EngineError, UnreadableInputError
    from commands import (
        certs,
        compare,
        completion,
        detect,
        evaluate,
        features,
        flows,
        label,
        logs,
        prompt,
        render,
        scan,
        settings,
        train,
    )
    from commands.closed_streams import open_closed_streams
    from commands.errors import WrongUseError
    from commands.exit_status import (
        INTERRUPTED,
        MODEL_OR_ENGINE_BROKEN,
        UNREADABLE_INPUT,
        WRONG_USE,
    )
    from commands.garbage import collect_rarely
    from commands.options.command_line import add, complete
    from commands.options.declared import OPTIONS
    from commands.options.one_line import OneLineParser
    from commands.options.settings import read_settings
    from commands.output import be_quiet, complaint, speak
    from evaluation.errors import EvaluationError
    from models.errors import ModelError
    from report.errors import AllowlistError
    from training.manifest import ManifestError
    from verdict.errors import CertificateDatabaseError, DocumentError, UnknownCertificateError
except ModuleNotFoundError as missing:
    # The folder of the models, which people exchange, holds the code that reads them as well.
    room = str(missing.name).partition(".")[0]
    print(
        f"{missing}: this program is not whole; get the folder again, for example with "
        f"git checkout -- {room}, or its libraries with make venv",
        file=sys.stderr,
    )
    sys.exit(4)

COMMANDS: Final[dict[str, ModuleType]] = {
    "detect": detect,
    "scan": scan,
    "render": render,
    "logs": logs,
    "flows": flows,
    "label": label,
    "features": features,
    "train": train,
    "evaluate": evaluate,
    "compare": compare,
    "certs": certs,
    "settings": settings,
    "completion": completion,
}
# The only errors that a user can meet; each has a message of one line.
STATUS_OF: Final[dict[type[Exception], int]] = {
    WrongUseError: WRONG_USE,
    AllowlistError: WRONG_USE,
    UnknownCertificateError: WRONG_USE,
    UnreadableInputError: UNREADABLE_INPUT,
    ManifestError: UNREADABLE_INPUT,
    DocumentError: UNREADABLE_INPUT,
    EvaluationError: UNREADABLE_INPUT,
    CertificateDatabaseError: UNREADABLE_INPUT,
    EngineError: MODEL_OR_ENGINE_BROKEN,
    ModelError: MODEL_OR_ENGINE_BROKEN,
    ModuleNotFoundError: MODEL_OR_ENGINE_BROKEN,
}
_STOPPED: Final = "stopped; what was under way is not in any result"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or the prompt without one, and return the exit status."""
    _accept_any_text()
    arguments = _parsed(argv)
    try:
        settings = read_settings(os.environ)
        complete(arguments, settings.value_of)
        be_quiet(arguments.quiet)
        speak(getattr(arguments, "lang", settings.value_of(OPTIONS["lang"])))
        if not arguments.command:
            return prompt.run(verbose=arguments.verbose)
        return int(arguments.run(arguments))
    except KeyboardInterrupt as stop:
        complaint(str(stop) or (_STOPPED if arguments.command else ""))
        return INTERRUPTED
    except tuple(STATUS_OF) as error:
        complaint(_explained(error))
        return next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))
    except Exception as error:  # noqa: BLE001 - a status of Python's would say: malicious
        return _told_defect(error, is_detailed=arguments.verbose)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    whole = OneLineParser(
        prog="project.py",
        description="Detects malicious encrypted traffic. Without a command it asks for addresses "
        "in the captures of this folder and of pcaps/.",
        epilog="exit status: 0 nothing malicious, 1 something malicious, 2 wrong use, "
        "3 unreadable input, 4 model or engine missing or broken, 130 stopped with Ctrl-C",
    )
    add(whole, "quiet", "verbose")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = commands.add_parser(
            name, help=module.HELP, description=module.HELP, epilog=f"example: {module.EXAMPLE}"
        )
        module.configure(command)
        add(command, "quiet", "verbose", inherited=True)
        command.set_defaults(run=module.run, parser=whole)
    return whole


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line; of what no option takes, the command's own help tells more."""
    whole = parser()
    arguments, unknown = whole.parse_known_args(argv)
    if unknown:
        command = completion.commands_of(whole).get(arguments.command, whole)
        command.error(f"unrecognized arguments: {' '.join(unknown)}")
    return arguments


def _accept_any_text() -> None:
    """Let odd bytes of the input, and letters that the terminal lacks, stop nothing."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(io.UnsupportedOperation):
                stream.reconfigure(errors=errors)


def _told_defect(error: Exception, *, is_detailed: bool) -> int:
    """Tell in one line of an error that nobody thought of, in many with ``-v``."""
    from capture.processes import defect

    if is_detailed:
        traceback.print_exception(error)
    complaint(defect(error))
    return MODEL_OR_ENGINE_BROKEN


def _explained(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error}; install what this program needs with: make venv"
    return str(error)


def _change_to_the_environment() -> None:
    """Start again with the Python that ``make`` prepared, if this one lacks the libraries."""
    environment = Path(__file__).resolve().parent / ".venv"
    python = environment / "bin" / "python"
    is_its_own = Path(sys.prefix) == environment  # which lacks the libraries just as well
    if importlib.util.find_spec("polars") is None and not is_its_own:
        with contextlib.suppress(OSError):  # none there, or not for this user: go on without it
            os.execv(python, [str(python), *sys.argv])  # noqa: S606 - no shell is what is wanted


if __name__ == "__main__":
    _change_to_the_environment()
    open_closed_streams()
    collect_rarely()
    sys.exit(main())
