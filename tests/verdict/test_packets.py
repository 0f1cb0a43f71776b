from pathlib import Path

import pytest

from capture.builtin.engine import analyse
from capture.errors import UnreadableInputError
from models.card import MODELS
from module4.features import conversations_of_capture
from tests.verdict.synthetic import stub_models
from verdict.assess import assess
from verdict.packets import (
    PacketFindings,
    PacketModels,
    load_packet_models,
    read_packets,
    with_skipped,
)
from verdict.scoring import score


@pytest.fixture(scope="module")
def models() -> PacketModels:
    return load_packet_models(MODELS)


def test_one_reading_gives_flows_and_conversations(models: PacketModels, pcaps: Path) -> None:
    found = read_packets(pcaps / "browsing.pcap", models)
    assert found.flows is not None
    assert set(found.flows["class"]) <= {"Benign", "NOT ASSESSED"}
    assert found.conversations is not None
    alone = conversations_of_capture(pcaps / "browsing.pcap").conversations
    assert found.conversations.conversations.states.tobytes() == alone.states.tobytes()
    assert len(found.conversations.probabilities) == len(alone)


def test_a_module_without_a_model_finds_nothing(
    models: PacketModels, tmp_path: Path, pcaps: Path
) -> None:
    assert load_packet_models(tmp_path) == PacketModels(None, None)
    none = PacketModels(None, None)
    assert read_packets(pcaps / "beacon.pcap", none) == PacketFindings(None, None)
    flows = read_packets(pcaps / "beacon.pcap", PacketModels(models.flows, None))
    assert flows.flows is not None
    assert flows.conversations is None


def test_what_is_no_capture_is_unreadable(models: PacketModels, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        read_packets(tmp_path / "gone.pcap", models)


def test_what_was_given_up_stands_with_what_was_skipped_of_the_capture(pcaps: Path) -> None:
    path = str(pcaps / "beacon.pcap")
    plain = assess(score(analyse(Path(path)), stub_models()), None, None)
    given_up = {path: {"flow ended early: too many are open": 3}, "other.pcap": {"x": 1}}
    (capture,) = with_skipped(plain, given_up).captures
    assert capture.skipped == {**plain.captures[0].skipped, **given_up[path]}
    assert list(capture.skipped) == sorted(capture.skipped)
