"""A step of retraining (label, features, train) that each module does in its own way."""

from __future__ import annotations

import argparse
import contextlib
import importlib
from collections.abc import Iterator, Sequence
from typing import Final

from commands.errors import WrongUseError
from commands.output import notice, reason_of

# Module 2 comes first where both label: it makes the logs of captures that lie beside them.
MODULES: Final = ("module2", "module1")
_PASSED_ON: Final = ("data", "manifest", "servers", "models")


def run(step: str, arguments: argparse.Namespace) -> int:
    """Do the step in the chosen module, else in all in turn until one fails; return its status.

    Raises ``WrongUseError`` where files cannot be read or written.
    """
    for module in [arguments.module] if arguments.module else MODULES:
        status = run_in(module, step, arguments)
        if status:
            return status
    return 0


def run_in(
    module: str, step: str, arguments: argparse.Namespace, options: Sequence[str] = _PASSED_ON
) -> int:
    """Do the step in one module, which takes these options, and return the status; as ``run``."""
    main = importlib.import_module(f"{module}.{step}").main
    with files_usable():
        status = int(main(_passed_on(arguments, options)))
    if not status:
        notice(f"{step} {module}: done")
    return status


@contextlib.contextmanager
def files_usable() -> Iterator[None]:
    """Tell a user which file or folder cannot be used; raises ``WrongUseError``."""
    try:
        yield
    except OSError as error:
        # Of an open file, or of standard output, the system does not tell the name.
        place = "a file or standard output" if error.filename is None else f"{error.filename}:"
        raise WrongUseError(f"{place} cannot be used ({reason_of(error)})") from None


def _passed_on(arguments: argparse.Namespace, options: Sequence[str]) -> list[str]:
    """Return the options that were given, as a module's own command line takes them."""
    given = {name: getattr(arguments, name, None) for name in options}
    return [
        text
        for name, value in given.items()
        if value is not None
        for text in (f"--{name}", str(value))
    ]
