import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from capture.builtin.engine import analyse
from module4.detect import CAPTURE_THRESHOLD, THRESHOLD, Detector, load
from module4.features import conversations_of_capture
from verdict.assess import assess
from verdict.conversations import LISTED, NAMED, with_conversations
from verdict.document import Document
from verdict.document_json import from_json, to_json
from verdict.judged_conversations import judge
from verdict.scoring import score

from ..capture.builtin.decode.packet_bytes import tcp
from ..module4.small_captures import SYN, Packet, write
from .synthetic import stub_models

BEACON = "203.0.113.66"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load()


def judged(path: Path, addresses: list[str] | None, detector: Detector) -> Document:
    scored = score(analyse(path), stub_models())
    conversations = conversations_of_capture(path, detector.templates).conversations
    found = {str(path): judge(conversations, detector)}
    return with_conversations(assess(scored, addresses, None), found, detector)


@pytest.fixture(scope="module")
def beacon(pcaps: Path, detector: Detector) -> Document:
    return judged(pcaps / "beacon.pcap", [BEACON, "192.168.1.66"], detector)


def test_conversations_of_a_server_and_of_its_client(beacon: Document, detector: Detector) -> None:
    by_address = {target.ip: target.detectors.conversation for target in beacon.targets}
    server, client = by_address[BEACON], by_address["192.168.1.66"]
    assert [(each.first, each.second) for each in server.conversations] == [
        ("192.168.1.66", BEACON)
    ]
    assert server.verdict == client.verdict == "dangerous"
    assert server.threshold == detector.threshold
    assert client.count == len(client.conversations) > 1
    probabilities = [each.probability for each in client.conversations]
    assert probabilities == sorted(probabilities, reverse=True)
    assert client.probability == probabilities[0]


def test_capture_is_as_bad_as_its_worst_conversation(beacon: Document, detector: Detector) -> None:
    (capture,) = beacon.captures
    found = capture.conversation
    assert found.threshold == detector.capture_threshold
    assert found.probability == max(
        target.detectors.conversation.probability or 0 for target in beacon.targets
    )
    assert found.dangerous == 1
    assert found.count == 9


def test_conversations_and_captures_are_dangerous_from_their_thresholds_on(
    pcaps: Path, detector: Detector, beacon: Document
) -> None:
    highest = beacon.captures[0].conversation.probability
    assert highest is not None
    for threshold, verdict in ((highest, "dangerous"), (highest + 1e-9, "safe")):
        thresholds = {THRESHOLD: threshold, CAPTURE_THRESHOLD: threshold}
        found = judged(pcaps / "beacon.pcap", [BEACON], replace(detector, thresholds=thresholds))
        conversation = found.targets[0].detectors.conversation
        assert conversation.verdict == conversation.conversations[0].verdict == verdict
        assert found.captures[0].conversation.verdict == verdict
        assert found.captures[0].conversation.dangerous == (verdict == "dangerous")


def test_document_matches_its_schema_and_can_be_read_again(
    beacon: Document, repository: Path
) -> None:
    text = to_json(beacon)
    schema = json.loads((repository / "verdict" / "document.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads(text), schema)
    assert to_json(from_json(text)) == text


def test_what_has_no_packets_is_not_assessed(pcaps: Path, detector: Detector) -> None:
    path = pcaps / "beacon.pcap"
    scored = score(analyse(path), stub_models())
    document = with_conversations(assess(scored, [BEACON], None), {}, detector)
    assert document.targets[0].detectors.conversation.verdict == "NOT ASSESSED"
    assert document.captures[0].conversation.verdict == "NOT ASSESSED"


def test_port_of_a_trojan_is_evidence_in_words_and_no_verdict(
    tmp_path: Path, detector: Detector
) -> None:
    packets = [Packet(0.0, tcp(b"", 50000, 12345, flags=SYN))]
    document = judged(write(tmp_path / "c.pcap", packets), ["192.0.2.7"], detector)
    (target,) = document.targets
    (reason,) = target.reasons
    assert reason.detector == "evidence"
    assert reason.text == (
        "port 12345, which NetBus is known to have used, between 10.0.0.1 and 192.0.2.7"
    )
    (conversation,) = target.detectors.conversation.conversations
    assert conversation.warnings == (reason.text,)
    same = [Packet(0.0, tcp(b"", 50000, 12344, flags=SYN))]
    other = judged(write(tmp_path / "d.pcap", same), ["192.0.2.7"], detector)
    found = other.targets[0].detectors.conversation
    assert found.probability == target.detectors.conversation.probability


def test_of_a_scan_the_first_ports_are_named_and_the_others_counted(
    tmp_path: Path, detector: Detector
) -> None:
    packets = [
        Packet(float(host), tcp(b"", 50000, port, flags=SYN), destination=f"192.0.2.{host}")
        for host in range(1, LISTED + 31)
        for port in (12345, 31337)
    ]
    path = write(tmp_path / "scan.pcap", packets)
    (target,) = judged(path, ["10.0.0.1"], detector).targets
    texts = [each.text for each in target.reasons if each.feature == "trojan_port"]
    assert len(set(texts)) == NAMED + 1
    uses = 2 * (LISTED + 30) - NAMED
    assert texts[-1] == f"further uses of ports that trojans are known to have used: {uses}"
    assert target.detectors.conversation.count == LISTED + 30


@pytest.mark.parametrize("text", ["server.example", "[no address]", ""])
def test_target_whose_address_is_none_has_no_conversations(
    pcaps: Path, detector: Detector, text: str
) -> None:
    path = pcaps / "beacon.pcap"
    whole = assess(score(analyse(path), stub_models()), None, None)
    odd = replace(whole.targets[0], ip=text)
    conversations = conversations_of_capture(path, detector.templates).conversations
    found = with_conversations(
        replace(whole, targets=(odd, *whole.targets)),
        {str(path): judge(conversations, detector)},
        detector,
    )
    verdicts = [each.detectors.conversation.verdict for each in found.targets]
    assert verdicts[0] == "NOT ASSESSED"
    assert "NOT ASSESSED" not in verdicts[1:]


def test_ipv6_target(pcaps: Path, detector: Detector) -> None:
    path = pcaps / "ipv6.pcap"
    document = judged(path, None, detector)
    found = [t for t in document.targets if ":" in t.ip]
    assert found
    assert all(t.detectors.conversation.count >= 1 for t in found)
