from dataclasses import replace

import pytest

from report.conversation import capture_lines, conversation_lines
from verdict.assess import assess
from verdict.conversation_document import (
    CaptureConversations,
    Conversation,
    ConversationDetector,
    ConversationVerdict,
)
from verdict.document import Capture, Target
from verdict.scoring import score

from ..verdict.synthetic import BEACON, sample_logs, stub_models


@pytest.fixture(scope="module")
def target() -> Target:
    return assess(score(sample_logs(), stub_models()), [BEACON], None).targets[0]


def with_found(target: Target, verdict: ConversationVerdict, count: int) -> Target:
    some = [
        Conversation("10.0.0.1", f"192.0.2.{n}", 3, 1.0, 2.0, 0.9, verdict) for n in range(count)
    ]
    found = ConversationDetector(verdict, 0.9, 0.6, count, tuple(some))
    return replace(target, detectors=replace(target.detectors, conversation=found))


def test_without_packets(target: Target) -> None:
    first, why = conversation_lines(target)
    assert first == "the conversation module's predict result is NOT ASSESSED!"
    assert "packets" in why


def test_verdict_and_the_worst_conversations(target: Target) -> None:
    lines = conversation_lines(with_found(target, "dangerous", 7))
    assert lines[:3] == [
        "the conversation module's predict result is dangerous!",
        "7 conversations: probability 0.900, threshold 0.600",
        "10.0.0.1 - 192.0.2.0: dangerous (0.900, 3 packets)",
    ]
    assert len(lines) == 8
    assert lines[-1] == "2 more not shown"


def test_whole_captures() -> None:
    found = CaptureConversations("safe", 0.4, 0.7, 1200, 0)
    judged = Capture("a" * 60 + ".pcap", None, 5, {}, None, None, found)
    logs = Capture("logs", None, None, {}, None, None)
    lines = capture_lines([judged, logs])
    assert " ".join(line.strip() for line in lines) == (
        f"{'a' * 60}.pcap: safe as a whole (probability 0.400, threshold 0.700; 0 of 1,200 "
        "conversations dangerous)"
    )
    assert max(map(len, lines)) <= 80
