from pathlib import Path

import pytest

from capture.discover import find_inputs
from commands import scan_worker
from commands.scan_worker import Scanned, Settings, prepare, scan_one
from models.card import MODELS
from verdict.document_json import from_json, to_json


@pytest.fixture(autouse=True)
def settings_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_worker, "_settings", None)


def scanned(capture: Path, jobs: int) -> Scanned:
    prepare(Settings("builtin", MODELS, None, frozenset(), jobs=jobs))
    (source,) = find_inputs([capture])
    return scan_one(source)


def test_one_large_capture_in_several_processes_gives_the_same(
    pcaps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = scanned(pcaps / "beacon.pcap", 1)
    monkeypatch.setattr("capture.processes.SMALL", 0)
    monkeypatch.setattr("verdict.packets.read_packets", lambda *_, **__: pytest.fail("read here"))
    assert scanned(pcaps / "beacon.pcap", 2) == alone
    assert alone.readable
    assert alone.document.targets
    assert from_json(to_json(alone.document)) == alone.document


def test_a_large_capture_that_cannot_be_read_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    damaged = tmp_path / "damaged.pcap"
    damaged.write_bytes(b"no capture at all")
    found = scanned(damaged, 2)
    assert not found.readable
    assert found.notices
    assert found.document.targets == ()
