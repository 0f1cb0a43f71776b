"""What an option is: its name, type, default and help."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

STANDARD_OUTPUT: Final = "-"
_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SWITCH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, eq=False)
class Option:
    """A declared option; ``--name`` on the command line unless ``flags`` says otherwise.

    ``read`` makes a value of text and raises ``ArgumentTypeError`` with what is wrong. A setting
    may also stand in ``settings.toml`` and in the environment; the others are of one run. On the
    command line the value may be left out where there is one ``without_value``; an option that is
    repeatable is given once for each value, one that ``is_several`` once with all of them.
    """

    name: str
    help: str
    read: Callable[[str], Any] = str
    default: Any = None
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    is_setting: bool = False
    is_repeatable: bool = False
    is_required: bool = False
    is_several: bool = False
    without_value: str | None = None

    @property
    def variable(self) -> str:
        """The environment variable that gives the option."""
        return f"DETECTOR_{self.name.replace('-', '_').upper()}"

    @property
    def is_switch(self) -> bool:
        """Whether the option is on or off and takes no value."""
        return self.read is switch

    def value_of(self, text: str) -> Any:
        """Return the value that text stands for; raises ``ArgumentTypeError``."""
        if self.choices and text not in self.choices:
            known = ", ".join(self.choices)
            raise argparse.ArgumentTypeError(f"{text!r} is none of {known}")
        return self.read(text)


def switch(text: str) -> bool:
    """Return true or false."""
    if text.lower() not in _SWITCH:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return _SWITCH[text.lower()]


def size(text: str) -> int:
    """Return a number of bytes, with K, M, G or T for powers of 1024."""
    number, unit = text[:-1], text[-1:].upper()
    if unit not in _UNITS:
        number, unit = text, ""
    if not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 500M or 100G")
    return int(number) * _UNITS[unit]


def positive(text: str) -> int:
    """Return a whole number above zero."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(text)


def probability(text: str) -> float:
    """Return a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return value


def day(text: str) -> date:
    """Return a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-01-31") from None


TYPES: Final[dict[Callable[[str], Any], str]] = {
    str: "text",
    Path: "path",
    switch: "true or false",
    size: "size, as 500M or 100G",
    positive: "whole number above zero",
    probability: "number from 0 to 1",
    day: "date",
}
