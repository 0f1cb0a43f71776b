import io
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import project
from capture import processes
from capture.processes import beside
from commands import prompt
from commands.prompt import QUESTION, Preparation
from pcaps.generate.attempts import refused
from pcaps.generate.network import Route
from pcaps.generate.packet import in_order
from pcaps.generate.writer import write_pcap

from ..verdict.synthetic import BEACON, PLAIN, SITE

pytestmark = pytest.mark.usefixtures("stub_detectors")
Output = pytest.CaptureFixture[str]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: Path, capsys: Output):
    """Return a function that answers the prompt with lines and returns status and output."""

    def answer(*lines: str, folders: tuple[Path, ...] = (logs.parent,)) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return prompt.run(folders), capsys.readouterr().out

    return answer


def test_verdict_on_an_address_then_the_question_again(ask) -> None:
    status, output = ask(BEACON)
    assert status == 0
    assert output.startswith(f"{QUESTION}\n<---")
    assert "the FINAL predict result is MALICIOUS!\n" in output
    assert output.endswith(f"\n{QUESTION}\n")


def test_question_in_the_words_of_the_original() -> None:
    assert QUESTION == "please input the IP that to be detected:"


def test_one_answer_does_not_leak_into_the_next(ask) -> None:
    alone = ask(SITE)[1]
    after = ask(BEACON, SITE)[1]
    assert after.endswith(alone.removeprefix(QUESTION))


def test_a_capture_that_comes_later_is_seen(
    ask, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = tmp_path / "late"
    late.mkdir()
    lines = iter([f"{BEACON}\n", f"{BEACON}\n", ""])

    def typed() -> str:
        line = next(lines)
        if not line:
            return line
        if (late / "seen").exists():
            shutil.copytree(logs, late / "logs")
        (late / "seen").touch()
        return line

    monkeypatch.setattr("commands.prompt.typed_line", lambda question: typed().strip() or None)
    output = ask(folders=(late,))[1]
    assert output.index("put a .pcap file into") < output.index("FINAL predict result is MALICIOUS")


def test_what_is_read_is_said(ask, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr("commands.prompt.notice", lines.append)
    ask(BEACON, SITE)
    assert lines == [f"looking at 1 input: {logs}"]


@pytest.mark.parametrize("word", ["quit", "QUIT ", "exit"])
def test_quit_leaves(ask, word: str) -> None:
    assert ask(word, BEACON) == (0, f"{QUESTION}\n")


def test_end_of_input_leaves(ask) -> None:
    assert ask() == (0, f"{QUESTION}\n")


def test_closed_input_leaves(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert prompt.run(()) == 0
    assert capsys.readouterr().out == QUESTION


@pytest.mark.parametrize("answer", ["example.com", "1.2.3", "\x1b[31m"])
def test_text_that_is_no_address_is_said_and_asked_again(ask, answer: str) -> None:
    status, output = ask(answer)
    assert status == 0
    assert "is no IP address\n" in output
    assert output.count(QUESTION) == 2
    assert "\x1b" not in output


def test_empty_answer_ranks_all_servers(ask) -> None:
    output = ask("")[1]
    assert output.index(BEACON) < output.index(SITE)
    assert "3 servers, 1 malicious" in output


def test_address_in_no_capture_lists_the_busiest_servers(ask) -> None:
    output = ask("192.0.2.200")[1]
    assert "192.0.2.200 is in no capture\n" in output
    assert output.index(f"  {BEACON}") < output.index(f"  {SITE}")
    assert "6 connections" in output


def test_attacks_on_an_address_without_tls_are_told(ask, logs: Path) -> None:
    ports = range(1, 51)
    packets = [
        packet
        for port in ports
        for packet in refused(Route(("10.0.0.9", 40000), ("192.0.2.9", port)), port * 10**7)
    ]
    write_pcap(logs.parent / "scan.pcap", in_order(packets))
    output = " ".join(ask("192.0.2.9")[1].split())
    assert "192.0.2.9 has no TLS connection attack class: Infilteration" in output
    assert "port scan: 10.0.0.9 tried 50 ports of 192.0.2.9" in output


def test_address_without_tls_says_so_and_lists_servers(ask) -> None:
    output = ask(PLAIN)[1]
    assert f"{PLAIN} has no TLS connection\n" in output
    assert "predict result" not in output


def test_no_capture_is_one_line_that_says_where_to_put_one(ask, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    status, output = ask(BEACON, folders=(empty, tmp_path / "nowhere"))
    assert status == 3
    (line,) = [line for line in output.splitlines() if "put a .pcap file" in line]
    assert str(empty) in line


def test_folders_of_the_project_are_not_searched(ask, logs: Path) -> None:
    deep = logs.parent / "tests" / "data"
    deep.mkdir(parents=True)
    (deep / "trap.pcap").write_bytes(b"")
    assert "trap" not in ask("")[1]


def test_logs_are_read_once(ask, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import capture.read

    calls = []
    read_logs = capture.read.read_logs

    def counting(*arguments, **more):
        calls.append(arguments)
        return read_logs(*arguments, **more)

    monkeypatch.setattr("capture.read.read_logs", counting)
    ask(BEACON, SITE, "")
    assert len(calls) == 1


def test_answer_is_the_same_with_several_processes(
    ask, pcaps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for name in ("beacon.pcap", "browsing.pcap"):
        shutil.copy(pcaps / name, folder)
    lines = ("203.0.113.66", "")
    monkeypatch.setenv("DETECTOR_JOBS", "1")
    alone = ask(*lines, folders=(folder,))
    started: list[int] = []

    def counting(function, inputs, jobs: int):
        started.append(jobs)
        return beside(function, inputs, jobs)

    monkeypatch.setattr(processes, "SMALL", 0)
    monkeypatch.setattr(processes, "beside", counting)
    monkeypatch.setenv("DETECTOR_JOBS", "4")
    assert ask(*lines, folders=(folder,)) == alone
    assert started == [2]
    assert "the FINAL predict result is" in alone[1]
    assert "1 conversation: probability" in alone[1]


def test_unreadable_capture_alone_is_told(ask, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "empty.pcap").write_bytes(b"")
    assert ask(BEACON, folders=(folder,))[0] == 3


@pytest.mark.usefixtures("quiet")
def test_unreadable_capture_is_told_to_the_quiet_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    (tmp_path / "empty.pcap").write_bytes(b"")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{BEACON}\n"))
    assert prompt.run((tmp_path,)) == 3
    assert "the file is empty" in capsys.readouterr().err


def test_a_folder_that_cannot_be_listed_is_one_line(
    ask, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    iterdir = Path.iterdir

    def refused(path: Path) -> Iterator[Path]:
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refused)
    told: list[str] = []
    monkeypatch.setattr("commands.analysis.complaint", told.append)
    status, output = ask(BEACON, folders=(closed, logs.parent))
    assert status == 0
    assert "the FINAL predict result is MALICIOUS!\n" in output
    (line,) = told
    assert str(closed) in line


def test_samples_are_there_in_a_folder_that_was_deleted(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(prompt, "SAMPLES", logs.parent)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{BEACON}\n"))
    assert prompt.run() == 0
    assert "the FINAL predict result is MALICIOUS!\n" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["-v", None])
def test_verbose_tells_what_servers_are_found_by(
    option: str | None, logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    monkeypatch.setattr(prompt, "_usual_folders", lambda: [logs.parent])
    assert project.main([option] if option else []) == 0
    assert ("  Wireshark: " in capsys.readouterr().out) == (option == "-v")


def test_preparation_ends_at_what_is_not_there() -> None:
    with Preparation(["a_module_that_is_not_there", "not_reached"]) as preparation:
        preparation.wait()


def test_preparation_imports_no_further_module_when_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "takes_long.py").write_text("import told\ntold.begun.set()\ntold.stopped.wait(9)\n")
    (tmp_path / "not_reached.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    preparation = Preparation(["takes_long", "not_reached"])
    told = SimpleNamespace(begun=threading.Event(), stopped=preparation._stopped)
    monkeypatch.setitem(sys.modules, "told", told)
    with preparation:
        assert told.begun.wait(9)
    assert sys.modules.pop("takes_long")
    assert "not_reached" not in sys.modules
