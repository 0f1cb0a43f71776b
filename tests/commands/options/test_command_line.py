import argparse
from pathlib import Path
from typing import Any

import pytest

from commands.options.command_line import add, complete
from commands.options.declared import OPTIONS
from commands.options.option import Option

REQUIRED = [name for name, option in OPTIONS.items() if option.is_required]


def parsed(names: list[str], *arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add(parser, *names)
    found = parser.parse_args(arguments)
    complete(found, lambda option: f"setting of {option.name}")
    return vars(found)


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in REQUIRED])
def test_option_that_is_not_given_comes_from_the_settings(name: str) -> None:
    assert list(parsed([name]).values()) == [f"setting of {name}"]


def test_where_results_go_is_required() -> None:
    assert REQUIRED == ["out", "logs-out", "flows-out"]


@pytest.mark.parametrize("name", REQUIRED)
def test_option_without_which_nothing_can_be_done_must_be_given(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed([name])
    assert ended.value.code == 2
    assert "required" in capsys.readouterr().err


def test_option_that_is_given_goes_before_the_settings() -> None:
    assert parsed(["jobs", "quiet"], "--jobs", "3", "-q") == {"jobs": 3, "quiet": True}
    assert parsed(["show-allowed"], "--no-show-allowed") == {"show_allowed": False}


def test_repeated_option_is_a_list() -> None:
    assert parsed(["allow"], "--allow", "a", "--allow", "b") == {"allow": [Path("a"), Path("b")]}


def test_result_without_a_file_goes_to_standard_output() -> None:
    assert parsed(["json"], "--json") == {"json": "-"}


def test_value_given_before_the_subcommand_stands() -> None:
    parser = argparse.ArgumentParser()
    add(parser, "jobs", "engine")
    inner = parser.add_subparsers().add_parser("inner")
    add(inner, "jobs", "engine", inherited=True)
    found = parser.parse_args(["--jobs", "2", "inner", "--engine", "builtin"])
    assert (found.jobs, found.engine) == (2, "builtin")
    assert isinstance(parser.parse_args(["inner"]).jobs, Option)
