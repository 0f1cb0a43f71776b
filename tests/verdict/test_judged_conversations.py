from pathlib import Path

import pytest

from capture.builtin.packets import PacketReader
from module4.detect import Detector, load
from verdict.judged_conversations import TOO_MANY_OPEN, Judged, JudgedConversations


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load()


def judged(path: Path, detector: Detector, most_open: int) -> tuple[Judged, int]:
    conversations = JudgedConversations(detector, most_open=most_open)
    reader = PacketReader(path, packets_per_block=100)
    for block in reader:
        conversations.feed(block, reader.records)
    return conversations.finish(), conversations.skipped[TOO_MANY_OPEN]


def test_no_packet_is_lost_where_conversations_are_judged_early(
    detector: Detector, pcaps: Path
) -> None:
    whole, none = judged(pcaps / "browsing.pcap", detector, 1 << 16)
    parts, early = judged(pcaps / "browsing.pcap", detector, 2)
    assert none == 0
    assert early > 0
    assert len(parts.probabilities) == len(parts.conversations) >= len(whole.conversations)
    packets = [each.conversations.states["packets"].sum() for each in (whole, parts)]
    assert packets[0] == packets[1]
    keys = [set(map(bytes, each.conversations.states["key"])) for each in (whole, parts)]
    assert keys[0] == keys[1]
