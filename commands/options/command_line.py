"""Declared options as arguments of argparse, completed from settings."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from commands.options.declared import OPTIONS
from commands.options.option import Option


def add(parser: argparse._ActionsContainer, *names: str, inherited: bool = False) -> None:
    """Let a parser, or a group of one, take the options of these names.

    An option that is not given has its declaration for its value until ``complete`` is called.
    With ``inherited`` a value given to the parser above stands.
    """
    for name in names:
        option = OPTIONS[name]
        flags = option.flags or (f"--{option.name}",)
        default = argparse.SUPPRESS if inherited else option
        parser.add_argument(*flags, help=option.help, default=default, **_form(option))


def complete(arguments: argparse.Namespace, value_of: Callable[[Option], Any]) -> None:
    """Put the value of the settings in the place of each option that was not given."""
    for name, value in vars(arguments).items():
        if isinstance(value, Option):
            setattr(arguments, name, value_of(value))


def _form(option: Option) -> dict[str, Any]:
    """Return how argparse is to read the option."""
    if option.is_switch:
        if option.is_setting and not option.flags:
            return {"action": argparse.BooleanOptionalAction}
        return {"action": "store_const", "const": True}
    form: dict[str, Any] = {"type": option.read}
    if option.choices:
        form["choices"] = option.choices
    else:
        form["metavar"] = option.metavar
    if option.is_repeatable:
        form["action"] = _Append
    if option.is_required:
        form["required"] = True
    if option.is_several:
        form["nargs"] = "+"
    if option.without_value is not None:
        form |= {"nargs": "?", "const": option.without_value}
    return form


class _Append(argparse.Action):
    """Collect values in a list of its own: the default is a declaration, not a list."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        given = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [*(given if isinstance(given, list) else ()), values])
