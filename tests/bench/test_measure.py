"""Measuring a command: where it runs, what it leaves."""

import sys
from pathlib import Path

from bench.measure import measure


def test_command_runs_in_the_folder(tmp_path: Path) -> None:
    code = "import pathlib; pathlib.Path('made').touch(); print('unseen')"
    measured = measure([sys.executable, "-c", code], tmp_path)
    assert (tmp_path / "made").exists()
    assert measured.status == 0
    assert measured.peak_megabytes > 1


def test_exit_status_is_that_of_the_command(tmp_path: Path) -> None:
    assert measure([sys.executable, "-c", "raise SystemExit(3)"], tmp_path).status == 3


def test_what_the_starting_process_holds_does_not_count(tmp_path: Path) -> None:
    held = bytearray(b"x") * 300_000_000
    measured = measure([sys.executable, "-c", "pass"], tmp_path)
    assert measured.peak_megabytes < len(held) / 1e6 / 2
