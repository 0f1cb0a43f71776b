import argparse
import tomllib
from pathlib import Path

import pytest

import project
from commands.completion import commands_of
from commands.options.declared import OPTIONS
from commands.options.option import Option
from commands.options.settings import Settings
from commands.settings import described, takers

GLOBAL = ("quiet", "verbose")  # taken before the command
TAKEN_BY = takers(project.parser())
Output = pytest.CaptureFixture[str]


def test_every_option_is_shown_in_lines_of_eighty_columns() -> None:
    text = described(Settings(), TAKEN_BY)
    for option in OPTIONS.values():
        assert (f"# {option.name} =" if option.is_setting else f"--{option.name}") in text or any(
            flag in text for flag in option.flags
        )
    long = [line for line in text.splitlines() if len(line) > 80 and "/" not in line]
    assert long == []


def test_option_of_one_run_says_which_commands_take_it() -> None:
    text = " ".join(described(Settings(), TAKEN_BY).replace("\n#", "").split())
    assert "detect, render --ip (list of text): address" in text
    assert "compare --jobs (whole number above zero): fits side by side" in text
    assert "evaluate --flows (text): measure the models of attack classes" in text


def test_every_option_of_every_command_is_declared() -> None:
    declared = {flag for option in OPTIONS.values() for flag in flags_of(option)}
    for command in commands_of(project.parser()).values():
        given = [action for action in command._actions if action.option_strings]
        for action in given:
            assert set(action.option_strings) <= declared | {"-h", "--help"}, action
            assert isinstance(action.default, Option) or action.default == argparse.SUPPRESS
    assert all(commands for option, commands in TAKEN_BY.items() if option.name not in GLOBAL)


def flags_of(option: Option) -> tuple[str, ...]:
    """Return the flags, with those that switch a setting off."""
    return (*option.flags, f"--{option.name}", f"--no-{option.name}")


def test_what_is_shown_can_be_the_file(tmp_path: Path) -> None:
    given = {"engine": "builtin", "jobs": 3, "top": 10, "min-probability": 0.25, "quiet": True}
    text = described(Settings(given, tmp_path / "settings.toml"), TAKEN_BY)
    assert tomllib.loads(text) == given
    assert "settings.toml\nengine = " in text


def test_command_prints_them(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_LANG", "zh")
    assert project.main(["settings"]) == 0
    assert tomllib.loads(capsys.readouterr().out) == {"lang": "zh"}


def test_wrong_setting_is_one_line(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_LANG", "tlh")
    assert project.main(["settings"]) == 2
    assert capsys.readouterr().err == "DETECTOR_LANG: 'tlh' is none of en, zh\n"
