import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.card import REPOSITORY
from training.progress import tell, tracked, warn


def test_items_come_through_and_nothing_is_shown_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(tracked([1, 2, 3], "work")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_a_warning_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    warn("a.pcap: left out")
    assert capsys.readouterr() == ("", "warning: a.pcap: left out\n")


def written(program: str, output: int) -> subprocess.CompletedProcess[str]:
    """Run a program that writes to a descriptor."""
    command = [sys.executable, "-c", f"from training.progress import tell, warn\n{program}"]
    return subprocess.run(
        command, stdout=output, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY, check=False
    )


def test_figures_are_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    tell("gbdt: 0.9")
    assert capsys.readouterr() == ("gbdt: 0.9\n", "")


def test_a_reader_that_went_away_ends_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = written("tell('gbdt: 0.9'); tell('forest: 0.9'); warn('went on')", writer)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, "warning: went on\n")


def test_a_full_disk_ends_nothing_and_is_told_once() -> None:
    with Path("/dev/full").open("w") as full:
        ended = written("tell('gbdt: 0.9'); tell('forest: 0.9')", full.fileno())
    assert ended.returncode == 0
    assert ended.stderr == (
        "warning: figures cannot be written to standard output (no space left on device)\n"
    )


def test_a_warning_that_nobody_hears_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(text: str) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(sys.stderr, "write", gone)
    warn("a.pcap: left out")
