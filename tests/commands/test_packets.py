from pathlib import Path

import pytest

from capture.builtin.engine import analyse
from capture.discover import find_inputs
from capture.logs import Logs, merge
from commands.packets import PacketResults
from models.card import MODELS


@pytest.fixture(scope="module")
def logs(pcaps: Path) -> Logs:
    return analyse(pcaps / "beacon.pcap")


def test_captures_that_were_read_are_looked_at(pcaps: Path, logs: Logs) -> None:
    names = ("beacon.pcap", "tls13.pcapng")  # of which the logs know the first only
    inputs = find_inputs([pcaps / name for name in names])
    found = PacketResults.of(inputs, logs, MODELS, 1)
    assert list(found.findings) == [str(pcaps / "beacon.pcap")]


def test_processes_give_the_same(pcaps: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("beacon.pcap", "tls13.pcapng")
    both = merge([logs, analyse(pcaps / names[1])])
    inputs = find_inputs([pcaps / name for name in names])
    alone = PacketResults.of(inputs, both, MODELS, 1)
    monkeypatch.setattr("capture.processes.SMALL", 0)
    together = PacketResults.of(inputs, both, MODELS, 2)
    assert len(together.findings) == 2
    for path, (flows, judged) in alone.findings.items():
        other = together.findings[path]
        assert flows is not None
        assert other.flows is not None
        assert flows.equals(other.flows)
        assert judged is not None
        assert other.conversations is not None
        assert judged.probabilities.tolist() == other.conversations.probabilities.tolist()


def test_models_folder_without_these(tmp_path: Path, logs: Logs) -> None:
    notices: list[str] = []
    found = PacketResults.of([], logs, tmp_path, 1, None, notices.append)
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
    assert PacketResults.of(inputs, logs, MODELS, 1, None, notices.append).findings == {}
    assert notices == ["x; its flows are not classified"]
