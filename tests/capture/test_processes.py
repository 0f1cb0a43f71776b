import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from capture import processes
from capture.discover import Input
from capture.processes import (
    are_worth_processes,
    beside,
    defect,
    interrupts_held_back,
    outcomes,
)

INPUTS = [Input(Path(name), "capture", name) for name in ("a", "b", "c")]


def work(source: Input, process: int) -> tuple[str, bool]:
    """Fail on b; say of others whether another process did the work and Ctrl-C is left alone."""
    if source.name == "b":
        raise IndexError("off by\none")
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    return source.name, os.getpid() != process and ignored


def die(source: Input) -> str:
    if source.name == "b":
        os._exit(1)
    return source.name


def kill_parent(source: Input) -> None:
    """End the process that started this one, and then take very long."""
    os.kill(os.getppid(), signal.SIGKILL)
    threading.Event().wait()


def ask_parent_to_end(source: Input) -> None:
    os.kill(os.getppid(), signal.SIGTERM)
    threading.Event().wait()


def take_very_long(source: Input) -> None:
    threading.Event().wait()


def test_work_that_nobody_asks_for_is_given_up() -> None:
    with beside(take_very_long, INPUTS[:1], 1) as (future,):
        assert not future.done()
    assert multiprocessing.active_children() == []


def test_no_process_outlives_one_that_is_killed() -> None:
    start = (
        "from tests.capture.test_processes import INPUTS, kill_parent, outcomes\n"
        "if __name__ == '__main__': list(outcomes(kill_parent, INPUTS, 2))"
    )
    # The output ends when the last process that could write to it is gone.
    ended = subprocess.run([sys.executable, "-c", start], capture_output=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "work",
    [
        "list(outcomes(ask_parent_to_end, INPUTS, 2))",
        "with beside(ask_parent_to_end, INPUTS, 2) as futures: futures[0].result()",
    ],
)
def test_a_process_that_is_ended_ends_its_own_quietly(work: str) -> None:
    start = (
        "from tests.capture.test_processes import INPUTS, ask_parent_to_end, beside, outcomes\n"
        "if __name__ == '__main__':\n"
        f"    {work}"
    )
    ended = subprocess.run([sys.executable, "-c", start], capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGTERM, b"")


def test_a_process_that_is_ended_while_it_ends_says_nothing() -> None:
    start = (
        "import atexit, os, signal; from capture.processes import serve_parent; serve_parent();"
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGTERM))"
    )
    ended = subprocess.run([sys.executable, "-c", start], capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGTERM, b"")


def test_a_process_that_is_ended_later_ends_as_ever() -> None:
    with beside(take_very_long, INPUTS[:1], 1):
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_goes_wrong_with_one_ends_no_other() -> None:
    found = dict(outcomes(partial(work, process=os.getpid()), INPUTS, 2))
    assert found[INPUTS[0]].result() == ("a", True)
    assert found[INPUTS[2]].result() == ("c", True)
    error = found[INPUTS[1]].exception()
    assert error is not None
    assert defect(error) == "internal error, please report it (IndexError: off by)"


def test_a_process_that_dies_takes_no_other_input_with_it() -> None:
    found = dict(outcomes(die, INPUTS, 2))
    assert (found[INPUTS[0]].result(), found[INPUTS[2]].result()) == ("a", "c")
    assert "BrokenProcessPool" in defect(found[INPUTS[1]].exception() or Exception())


def test_several_large_inputs_are_worth_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "SMALL", 10)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "conn.log").write_bytes(bytes(6))
    (tmp_path / "a.pcap").write_bytes(bytes(6))
    inputs = [Input(folder, "logs", "logs"), Input(tmp_path / "a.pcap", "capture", "a.pcap")]
    assert are_worth_processes(inputs, 2)
    assert not are_worth_processes(inputs, 1)
    assert not are_worth_processes(inputs[:1], 2)
    monkeypatch.setattr(processes, "SMALL", 12)
    assert not are_worth_processes(inputs, 2)


def test_an_input_that_is_not_there_has_no_size() -> None:
    assert not are_worth_processes(INPUTS, 2)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let Ctrl-C interrupt also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupt_waits_until_processes_are_started() -> None:
    reached = []

    def interrupt() -> None:
        with interrupts_held_back():
            signal.raise_signal(signal.SIGINT)
            reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert reached
