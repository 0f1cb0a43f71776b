"""settings: every option with its value, where that comes from, and what it means."""

from __future__ import annotations

import argparse
import json
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from commands.completion import commands_of
from commands.exit_status import NOTHING_MALICIOUS
from commands.options.declared import OPTIONS
from commands.options.option import TYPES, Option
from commands.options.settings import FILE_VARIABLE, Settings, read_settings
from commands.output import write

HELP: Final = "every option, its value, where it comes from and what it means"
EXAMPLE: Final = "python project.py settings"
_WIDTH: Final = 80
_HEAD: Final = (
    "The settings in force, in the form of settings.toml, which lies beside project.py unless "
    f"the environment variable {FILE_VARIABLE} names another file. Paths in it are seen from its "
    "folder. An option on the command line goes before the environment, and the environment "
    "before the file."
)
_OF_ONE_RUN: Final = "Options of one run, which only the command line takes:"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: it takes no options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Print the settings and return the exit status."""
    write(described(read_settings(os.environ), takers(arguments.parser)))
    return NOTHING_MALICIOUS


def takers(parser: argparse.ArgumentParser) -> dict[Option, list[str]]:
    """Return the commands below a parser that take each option."""
    found: dict[Option, list[str]] = {option: [] for option in OPTIONS.values()}
    for name, command in _all_commands(parser):
        for action in command._actions:
            if isinstance(action.default, Option):
                found[action.default].append(name)
    return found


def _all_commands(
    parser: argparse.ArgumentParser, above: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the commands below a parser, and their actions as ``certs list``."""
    for name, command in commands_of(parser).items():
        yield f"{above}{name}", command
        yield from _all_commands(command, f"{above}{name} ")


def described(settings: Settings, taken_by: Mapping[Option, Sequence[str]]) -> str:
    """Return all options as TOML with comments, those that have their default commented out.

    ``taken_by`` are the commands that take each option.
    """
    parts = [_comment(_HEAD)]
    parts += [_setting(option, settings) for option in OPTIONS.values() if option.is_setting]
    parts += [_comment(_OF_ONE_RUN)]
    parts += [
        _of_one_run(option, taken_by[option])
        for option in OPTIONS.values()
        if not option.is_setting
    ]
    return "\n\n".join(parts) + "\n"


def _setting(option: Option, settings: Settings) -> str:
    value, source = settings.of(option)
    lines = [_comment(option.help), _comment(f"{_kind(option)}; environment: {option.variable}")]
    if value is None or value == []:
        return "\n".join([*lines, f"# {option.name} ="])
    line = f"{option.name} = {_toml(value)}"
    if source == "default":
        return "\n".join([*lines, f"# {line}"])
    return "\n".join([*lines, _comment(f"from {source}"), line])


def _of_one_run(option: Option, commands: Sequence[str]) -> str:
    flags = ", ".join(option.flags or (f"--{option.name}",))
    return _comment(f"{', '.join(commands)} {flags} ({_kind(option)}): {option.help}")


def _kind(option: Option) -> str:
    if option.choices:
        return f"one of {', '.join(option.choices)}"
    return f"{'list of ' if option.is_repeatable or option.is_several else ''}{TYPES[option.read]}"


def _comment(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def _toml(value: Any) -> str:
    """Return a value as TOML, whose text, numbers and lists are written as those of JSON."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value) if isinstance(value, Path | date) else value, ensure_ascii=False)
