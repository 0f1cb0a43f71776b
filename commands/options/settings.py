"""Values of options that are set once: in settings.toml, or in the environment before it."""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from commands.errors import WrongUseError
from commands.options.declared import OPTIONS
from commands.options.option import Option
from models.card import REPOSITORY

FILE: Final = REPOSITORY / "settings.toml"
FILE_VARIABLE: Final = "DETECTOR_SETTINGS"
_SEE: Final = "see: python project.py settings"


class Setting(NamedTuple):
    """The value of an option and where it comes from."""

    value: Any
    source: str


@dataclass(frozen=True)
class Settings:
    """What ``settings.toml`` holds and the environment; nothing is looked up elsewhere."""

    content: Mapping[str, Any] = field(default_factory=dict)
    file: Path = FILE
    environment: Mapping[str, str] = field(default_factory=dict)

    def of(self, option: Option) -> Setting:
        """Return the value of the environment, else of the file, else the default.

        Raises ``WrongUseError`` for a value that the option cannot have.
        """
        if option.is_setting and option.variable in self.environment:
            text = self.environment[option.variable]
            raw = text.split(os.pathsep) if option.is_repeatable else text
            return Setting(_read(option, raw, option.variable), option.variable)
        if option.is_setting and option.name in self.content:
            value = _read(option, self.content[option.name], f"{self.file}: {option.name}")
            return Setting(self._placed(value), str(self.file))
        return Setting(option.default, "default")

    def value_of(self, option: Option) -> Any:
        """Return the value alone; raises ``WrongUseError``."""
        return self.of(option).value

    def _placed(self, value: Any) -> Any:
        """Return paths of the file as seen from its folder."""
        if isinstance(value, list):
            return [self._placed(item) for item in value]
        return self.file.parent / value if isinstance(value, Path) else value


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of the file that is there; raises ``WrongUseError`` if it is none."""
    named = environment.get(FILE_VARIABLE)
    file = Path(named) if named else FILE
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if named:
            raise WrongUseError(f"{file}: no such file, but {FILE_VARIABLE} names it") from None
        content = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUseError(f"{file}: no settings ({error}); {_SEE}") from None
    known = {option.name for option in OPTIONS.values() if option.is_setting}
    for name in content:
        if name not in known:
            raise WrongUseError(f"{file}: {name!r} is no setting; {_SEE}")
    return Settings(content, file, environment)


def _read(option: Option, raw: Any, place: str) -> Any:
    """Return the value that TOML or text gives; ``place`` says in an error where it stands."""
    if option.is_repeatable:
        if not isinstance(raw, list):
            raise WrongUseError(f"{place}: {raw!r} is no list")
        return [_read_one(option, item, place) for item in raw if item != ""]
    return _read_one(option, raw, place)


def _read_one(option: Option, raw: Any, place: str) -> Any:
    text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    try:
        return option.value_of(text)
    except argparse.ArgumentTypeError as error:
        raise WrongUseError(f"{place}: {error}") from None
