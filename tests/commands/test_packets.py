import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from pathlib import Path

import pytest

import project
from capture.builtin.engine import analyse
from capture.discover import Input, find_inputs
from capture.logs import Logs, merge
from commands.packets import PacketResults, looking_at_packets, models_of
from models.card import MODELS
from verdict.document_json import from_json


def results(
    inputs: list[Input],
    logs: Logs,
    models: Path,
    jobs: int,
    on_notice: Callable[[str], None] = lambda line: None,
) -> PacketResults:
    with looking_at_packets(inputs, models, jobs, on_notice=on_notice) as found:
        return found.results(logs, lambda path, count: None)


@pytest.fixture(scope="module")
def logs(pcaps: Path) -> Logs:
    return analyse(pcaps / "beacon.pcap")


def test_captures_that_were_read_are_looked_at(pcaps: Path, logs: Logs) -> None:
    names = ("beacon.pcap", "tls13.pcapng")  # of which the logs know the first only
    inputs = find_inputs([pcaps / name for name in names])
    found = results(inputs, logs, MODELS, 1)
    assert list(found.findings) == [str(pcaps / "beacon.pcap")]


def test_captures_that_zeek_has_read_are_looked_at(
    pcaps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zeek = tmp_path / "zeek"
    zeek.write_text("#!/bin/sh\nexit 0\n")  # nor does it count packets
    zeek.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    arguments = ["detect", str(pcaps / "beacon.pcap"), "--engine", "zeek", "--json", "-"]
    project.main([*arguments, "--certificates", str(tmp_path / "certificates.sqlite")])
    document = from_json(capsys.readouterr().out)
    assert document.engine.name == "zeek"
    assert document.attack_classes is not None
    assert document.captures[0].conversation.verdict != "NOT ASSESSED"


def test_processes_give_the_same(pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("beacon.pcap", "tls13.pcapng")
    both = merge([logs, analyse(pcaps / names[1])])
    inputs = find_inputs([pcaps / name for name in names])
    alone = results(inputs, both, MODELS, 1)
    monkeypatch.setattr("capture.processes.SMALL", 0)
    together = results(inputs, both, MODELS, 2)
    assert len(together.findings) == 2
    for path, (flows, judged, skipped) in alone.findings.items():
        other = together.findings[path]
        assert skipped == other.skipped == {}
        assert flows is not None
        assert other.flows is not None
        assert flows.equals(other.flows)
        assert judged is not None
        assert other.conversations is not None
        assert judged.probabilities.tolist() == other.conversations.probabilities.tolist()


def test_models_folder_without_these(tmp_path: Path, logs: Logs) -> None:
    notices: list[str] = []
    found = results([], logs, tmp_path, 1, notices.append)
    assert (found.models.flows, found.models.conversations) == (None, None)
    first, second = notices
    assert "no attack classes" in first
    assert "no model of conversations" in second
    assert "train conversation --models" in second


def test_capture_that_only_another_engine_could_read(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from capture.errors import UnreadableInputError

    def fail(*arguments: object) -> None:
        raise UnreadableInputError("x")

    monkeypatch.setattr("verdict.packets.read_packets", fail)
    inputs = find_inputs([pcaps / "beacon.pcap"])
    notices: list[str] = []
    assert results(inputs, logs, MODELS, 1, notices.append).findings == {}
    assert notices == ["x; its flows are not classified"]


def test_one_large_capture_is_looked_at_beside_other_work(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = find_inputs([pcaps / "beacon.pcap"])
    alone = results(inputs, logs, MODELS, 2)
    monkeypatch.setattr("capture.processes.SMALL", 0)
    # That nothing is read in this process, and everything when the other one fails.
    monkeypatch.setattr("verdict.packets.read_packets", lambda *_, **__: pytest.fail("read here"))
    beside = results(inputs, logs, MODELS, 2)
    (path,) = alone.findings
    flows, others = alone.findings[path].flows, beside.findings[path].flows
    assert flows is not None
    assert others is not None
    assert flows.equals(others)


def test_a_process_that_dies_is_done_without(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    inputs = find_inputs([pcaps / "beacon.pcap"])
    with looking_at_packets(inputs, MODELS, 2) as found:
        for process in multiprocessing.active_children():
            process.kill()
        assert len(found.results(logs, lambda path, count: None).findings) == 1


def test_what_goes_wrong_in_another_process_is_told(
    pcaps: Path, logs: Logs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    models = tmp_path / "models"
    shutil.copytree(MODELS / "module3", models / "module3")
    models_of(models)
    (models / "module3" / "forest.npz").write_bytes(b"")
    notices: list[str] = []
    inputs = find_inputs([pcaps / "beacon.pcap"])
    assert results(inputs, logs, models, 2, notices.append).findings == {}
    assert "beacon.pcap: internal error, please report it (ModelError" in notices[-1]
    assert notices[-1].endswith("its flows are not classified")


def test_a_capture_that_ends_every_process_is_told(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead: Future[None] = Future()
    dead.set_exception(BrokenProcessPool("gone"))
    monkeypatch.setattr("capture.processes.SMALL", 0)
    monkeypatch.setattr("capture.processes.beside", lambda *_: nullcontext([dead]))
    monkeypatch.setattr("capture.processes.outcomes", lambda *_: [(None, dead)])
    monkeypatch.setattr("verdict.packets.read_packets", lambda *_, **__: pytest.fail("read here"))
    notices: list[str] = []
    inputs = find_inputs([pcaps / "beacon.pcap"])
    assert results(inputs, logs, MODELS, 2, notices.append).findings == {}
    assert "internal error, please report it (BrokenProcessPool: gone)" in notices[-1]


def test_a_capture_of_which_there_are_no_logs_leaves_no_process(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    inputs = find_inputs([pcaps / "tls13.pcapng"])
    assert results(inputs, logs, MODELS, 2).findings == {}
    assert multiprocessing.active_children() == []


def test_a_pipe_is_left_to_the_logs(
    pcaps: Path, logs: Logs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    os.mkfifo(tmp_path / "pipe")
    inputs = [*find_inputs([pcaps / "beacon.pcap"]), Input(tmp_path / "pipe", "capture", "pipe")]
    assert len(results(inputs, logs, MODELS, 2).findings) == 1


def test_an_error_in_other_work_ends_the_process(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    inputs = find_inputs([pcaps / "beacon.pcap"])
    with pytest.raises(KeyboardInterrupt), looking_at_packets(inputs, MODELS, 2):
        raise KeyboardInterrupt
    assert multiprocessing.active_children() == []
