"""The commands that --help and the README show, run as they stand on the sample captures."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

import project

# What takes minutes, or needs labelled captures: read by the parser alone.
LONG = {"label", "features", "train", "compare"}
LONG_OPTIONS = {"--full", "--manifest", "--flows", "--ctu"}
MALICIOUS = {"detect", "scan", "render"}  # of the sample captures, or of what was found in them
SHOWN = re.compile(r"^python project\.py ([a-z].*?)(?:  .*)?$", re.MULTILINE)


def in_help(command: str) -> list[str]:
    lines = project.COMMANDS[command].EXAMPLE.split("; ")
    return [line.removeprefix("python project.py ") for line in lines]


def in_readme(repository: Path) -> list[str]:
    text = (repository / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in SHOWN.findall(block)]


def is_long(arguments: list[str]) -> bool:
    return arguments[0] in LONG or not LONG_OPTIONS.isdisjoint(arguments)


@pytest.fixture
def folder(tmp_path: Path, pcaps: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the captures that the examples name, and a database of its own."""
    shutil.copytree(pcaps, tmp_path / "pcaps", ignore=shutil.ignore_patterns("*.py", "*.md"))
    (tmp_path / "folder").mkdir()
    for place in ("capture.pcap", "folder/one.pcap"):
        shutil.copy(pcaps / "beacon.pcap", tmp_path / place)
    monkeypatch.setenv("DETECTOR_CERTIFICATES", str(tmp_path / "certificates.sqlite"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str) -> None:
    arguments = shlex.split(line)
    assert project.parser().parse_args(arguments).command in project.COMMANDS
    if not is_long(arguments):
        assert project.main(arguments) == (1 if arguments[0] in MALICIOUS else 0), line


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", list(project.COMMANDS))
def test_example_of_help(command: str) -> None:
    for line in in_help(command):
        run(line)


def test_examples_of_the_readme(repository: Path, folder: Path) -> None:
    lines = in_readme(repository)
    assert {line.split()[0] for line in lines} >= {"detect", "render", "scan", "logs", "certs"}
    project.main(["logs", "capture.pcap", "--out", "zeek-logs"])
    run_before = {line for command in project.COMMANDS for line in in_help(command)}
    for line in lines:
        if line not in run_before:
            run(line)
    written = {"result.json", "report.html", "results", "logs", "flows.csv"}
    assert written <= {path.name for path in folder.iterdir()}
