import tomllib
from pathlib import Path

import pytest

import project
from commands.options.declared import OPTIONS
from commands.options.settings import Settings
from commands.settings import described

Output = pytest.CaptureFixture[str]


def test_every_option_is_shown_in_lines_of_eighty_columns() -> None:
    text = described(Settings())
    for option in OPTIONS.values():
        assert (f"# {option.name} =" if option.is_setting else f"--{option.name}") in text or any(
            flag in text for flag in option.flags
        )
    long = [line for line in text.splitlines() if len(line) > 80 and "/" not in line]
    assert long == []


def test_what_is_shown_can_be_the_file(tmp_path: Path) -> None:
    given = {"engine": "builtin", "jobs": 3, "top": 10, "min-probability": 0.25, "quiet": True}
    text = described(Settings(given, tmp_path / "settings.toml"))
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
