"""The logs of whole captures, with all rows in memory and with none."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

import pytest

import project
from capture.builtin import engine
from capture.builtin.engine import FoundLogs, analyse, analysis
from capture.errors import EngineError
from capture.schema import SCHEMAS
from capture.zeek_format import write_logs
from capture.zeek_format.writing import Form

PCAPS = Path(project.__file__).parent / "pcaps"
SAMPLES = sorted(path.name for path in PCAPS.glob("*.pcap*"))
INTERRUPTED = (
    "import os, signal, sys\n"
    "from pathlib import Path\n"
    "from capture.builtin.engine import analysis\n"
    "with analysis(Path(sys.argv[1]), bytes_in_memory=1) as found:\n"
    "    assert sum(1 for batch in found.batches('conn')) > 1\n"
    "    signal.raise_signal(int(sys.argv[2]))\n"
)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[IO[bytes]]:
    """Return the temporary files that the test makes."""
    made: list[IO[bytes]] = []
    make = tempfile.TemporaryFile

    def remember(buffering: int) -> IO[bytes]:
        made.append(make(buffering=buffering))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", remember)
    return made


def written(logs: FoundLogs, folder: Path, form: Form) -> dict[str, bytes]:
    write_logs(logs, folder, form)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("form", ["tsv", "json"])
def test_rows_on_the_disk_give_the_same_logs(
    name: str, form: Form, tmp_path: Path, files: list[IO[bytes]]
) -> None:
    with analysis(PCAPS / name) as found:
        in_memory = written(found, tmp_path / "memory", form)
    assert not files
    with analysis(PCAPS / name, bytes_in_memory=1) as found:
        on_disk = written(found, tmp_path / "disk", form)
    assert files
    assert on_disk == in_memory
    assert all(file.closed for file in files)


def test_captures_of_others_give_the_same_tables_too(shared_data: Path) -> None:
    captures = sorted(path for path in (shared_data / "pcaps").rglob("*") if path.is_file())
    compared = 0
    for capture in [path for path in captures if path.stat().st_size < 100_000][::30]:
        logs = analyse(capture)
        for limit in (1, 5000):
            with analysis(capture, bytes_in_memory=limit) as found:
                for name in SCHEMAS:
                    parts = list(found.batches(name))
                    assert sum(part.height for part in parts) == logs.table(name).height
                    assert [row for part in parts for row in part.iter_rows()] == logs.table(
                        name
                    ).rows(), (capture.name, name)
                    compared += 1
    assert compared > 40


def test_nothing_is_left_when_something_goes_wrong(files: list[IO[bytes]]) -> None:
    def interrupt(packets: int) -> None:
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        analysis(PCAPS / "browsing.pcap", bytes_in_memory=1, progress=interrupt),
    ):
        pass
    assert files
    with (
        pytest.raises(ZeroDivisionError),
        analysis(PCAPS / "browsing.pcap", bytes_in_memory=1),
    ):
        raise ZeroDivisionError
    assert all(file.closed for file in files)


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_ended_leaves_no_file(ended_by: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED, str(PCAPS / "browsing.pcap"), str(int(ended_by))]
    result = subprocess.run(
        command,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(PCAPS.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == -ended_by, result.stderr
    assert not list(tmp_path.iterdir())


def test_a_disk_that_takes_nothing_ends_the_command_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    monkeypatch.setitem(engine.analysis.__wrapped__.__kwdefaults__, "bytes_in_memory", 1)  # type: ignore[attr-defined]
    out = str(tmp_path / "out")
    assert project.main(["logs", str(PCAPS / "browsing.pcap"), "--out", out]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / "missing") in line
    with pytest.raises(EngineError):
        analyse(PCAPS / "browsing.pcap")
