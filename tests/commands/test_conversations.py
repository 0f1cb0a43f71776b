from pathlib import Path

import pytest

from capture.builtin.engine import analyse
from capture.discover import find_inputs
from capture.logs import Logs, merge
from commands.conversations import JudgedCaptures
from models.card import MODELS


@pytest.fixture(scope="module")
def logs(pcaps: Path) -> Logs:
    return analyse(pcaps / "beacon.pcap")


def test_captures_that_were_read_are_judged(pcaps: Path, logs: Logs) -> None:
    names = ("beacon.pcap", "tls13.pcapng")  # of which the logs know the first only
    inputs = find_inputs([pcaps / name for name in names])
    found = JudgedCaptures.of(inputs, logs, MODELS, 1)
    assert list(found.judged) == [str(pcaps / "beacon.pcap")]


def test_processes_give_the_same(pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("beacon.pcap", "tls13.pcapng")
    both = merge([logs, analyse(pcaps / names[1])])
    inputs = find_inputs([pcaps / name for name in names])
    alone = JudgedCaptures.of(inputs, both, MODELS, 1)
    monkeypatch.setattr("capture.processes.SMALL", 0)
    together = JudgedCaptures.of(inputs, both, MODELS, 2)
    for path, judged in alone.judged.items():
        other = together.judged[path]
        assert judged.probabilities.tolist() == other.probabilities.tolist()


def test_models_folder_without_this_one(tmp_path: Path, logs: Logs) -> None:
    notices: list[str] = []
    found = JudgedCaptures.of([], logs, tmp_path, 1, None, notices.append)
    assert found.detector is None
    (line,) = notices
    assert "no model of conversations" in line
    assert "train conversation --models" in line


def test_capture_that_only_another_engine_could_read(
    pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from capture.errors import UnreadableInputError

    def fail(*arguments: object) -> None:
        raise UnreadableInputError("x")

    monkeypatch.setattr("verdict.conversations.judge", fail)
    inputs = find_inputs([pcaps / "beacon.pcap"])
    assert JudgedCaptures.of(inputs, logs, MODELS, 1).judged == {}
