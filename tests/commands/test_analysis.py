import multiprocessing
from pathlib import Path

import pytest

from capture.errors import UnreadableInputError
from commands.analysis import Analysis


def analysis(path: Path, jobs: int, tmp_path: Path) -> Analysis:
    return Analysis([path], certificates=tmp_path / "certificates.sqlite", jobs=jobs)


def test_another_process_that_looks_at_the_packets_changes_nothing(
    pcaps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = analysis(pcaps / "beacon.pcap", 1, tmp_path / "one").assess(None)
    monkeypatch.setattr("capture.processes.SMALL", 0)
    monkeypatch.setattr("verdict.packets.read_packets", lambda *_, **__: pytest.fail("read here"))
    beside = analysis(pcaps / "beacon.pcap", 2, tmp_path / "two")
    assert beside.assess(None) == alone
    assert beside.assess(None) == alone  # without looking again
    assert alone.attack_classes is not None
    assert alone.attack_classes.counts


def test_a_capture_that_cannot_be_read_ends_the_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    damaged = tmp_path / "damaged.pcap"
    damaged.write_bytes(b"no capture at all")
    with pytest.raises(UnreadableInputError, match=r"damaged\.pcap"):
        analysis(damaged, 2, tmp_path).assess(None)
    assert multiprocessing.active_children() == []
