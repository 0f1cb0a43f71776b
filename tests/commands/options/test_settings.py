from pathlib import Path

import pytest

from commands.errors import WrongUseError
from commands.options.declared import OPTIONS
from commands.options.settings import FILE_VARIABLE, Settings, read_settings


def settings(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings({FILE_VARIABLE: str(file), **environment})


def test_default_without_a_file() -> None:
    assert Settings().of(OPTIONS["engine"]) == ("auto", "default")


def test_file_goes_before_the_default(tmp_path: Path) -> None:
    found = settings(tmp_path, 'engine = "builtin"\njobs = 3\nshow-allowed = true\n')
    assert found.of(OPTIONS["engine"]) == ("builtin", str(tmp_path / "settings.toml"))
    assert found.value_of(OPTIONS["jobs"]) == 3
    assert found.value_of(OPTIONS["show-allowed"]) is True


def test_file_that_an_editor_marked_as_unicode(tmp_path: Path) -> None:
    assert settings(tmp_path, "\ufeffjobs = 3\n").value_of(OPTIONS["jobs"]) == 3


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    found = settings(tmp_path, "min-probability = 0.5\n", DETECTOR_MIN_PROBABILITY="0.75")
    assert found.of(OPTIONS["min-probability"]) == (0.75, "DETECTOR_MIN_PROBABILITY")


def test_paths_of_the_file_are_seen_from_its_folder(tmp_path: Path) -> None:
    found = settings(tmp_path, 'allow = ["mine.txt", "/etc/allow"]\ncertificates = "c.sqlite"\n')
    assert found.value_of(OPTIONS["allow"]) == [tmp_path / "mine.txt", Path("/etc/allow")]
    assert found.value_of(OPTIONS["certificates"]) == tmp_path / "c.sqlite"


def test_paths_of_the_environment_are_seen_from_here(tmp_path: Path) -> None:
    found = settings(tmp_path, "", DETECTOR_ALLOW="one.txt:two.txt", DETECTOR_QUIET="yes")
    assert found.value_of(OPTIONS["allow"]) == [Path("one.txt"), Path("two.txt")]
    assert found.value_of(OPTIONS["quiet"]) is True


@pytest.mark.parametrize(
    "line",
    [
        'engine = "suricata"',
        "jobs = 0",
        'jobs = "many"',
        "min-probability = 1.5",
        "quiet = 7",
        "allow = 3",
    ],
)
def test_value_that_an_option_cannot_have_is_one_line(tmp_path: Path, line: str) -> None:
    found = settings(tmp_path, line)
    with pytest.raises(WrongUseError, match=r"settings\.toml: [a-z-]+: [^\n]+$"):
        found.value_of(OPTIONS[line.split()[0]])


def test_value_of_the_environment_that_is_wrong_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match=r"^DETECTOR_JOBS: 'x' is no whole number"):
        settings(tmp_path, "", DETECTOR_JOBS="x").value_of(OPTIONS["jobs"])


@pytest.mark.parametrize("text", ["job = 3\n", 'ip = "10.0.0.1"\n', "[scan]\njobs = 2\n", "= 3"])
def test_what_is_no_setting_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUseError, match=r"python project\.py settings"):
        settings(tmp_path, text)


def test_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="no such file"):
        read_settings({FILE_VARIABLE: str(tmp_path / "nowhere.toml")})
