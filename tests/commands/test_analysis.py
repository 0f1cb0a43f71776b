import multiprocessing
from pathlib import Path

import pytest

from capture.errors import UnreadableInputError
from commands.analysis import Analysis
from commands.results import FORMS, rendered
from report.language import ENGLISH
from report.selection import View, select
from verdict.document_json import from_json, to_json


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


def test_what_is_made_of_a_document_later_is_the_same(pcaps: Path, tmp_path: Path) -> None:
    document = analysis(pcaps / "beacon.pcap", 1, tmp_path).assess(None)
    later = from_json(to_json(document))
    assert later == document
    at_once, then = (select(each, View()) for each in (document, later))
    for form in FORMS:
        assert rendered(form, at_once, ENGLISH) == rendered(form, then, ENGLISH)


def test_a_capture_that_cannot_be_read_ends_the_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.processes.SMALL", 0)
    damaged = tmp_path / "damaged.pcap"
    damaged.write_bytes(b"no capture at all")
    with pytest.raises(UnreadableInputError, match=r"damaged\.pcap"):
        analysis(damaged, 2, tmp_path).assess(None)
    assert multiprocessing.active_children() == []
