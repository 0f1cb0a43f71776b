from pathlib import Path

import pytest

from capture.builtin.packets import PacketReader
from module3.detect import Classifier, by_repetition, load
from module3.features import flows_of_capture
from module3.flow_classes import FlowClasses
from module3.flows import TOO_MANY_OPEN
from tests.capture.builtin.flows.packet_blocks import Packet, blocks

ORDER = ("Timestamp", "Src IP", "Src Port", "Dst IP", "Dst Port", "Protocol")


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.mark.parametrize("packets_per_block", [100, 1 << 17])
def test_flows_judged_when_they_are_over_get_the_classes_of_the_whole_table(
    classifier: Classifier, pcaps: Path, packets_per_block: int
) -> None:
    path = pcaps / "browsing.pcap"
    flows = FlowClasses(classifier)
    for block in PacketReader(path, packets_per_block=packets_per_block):
        flows.feed(block)
    found = flows.finish().sort(ORDER)
    table = flows_of_capture(path, logins=True).table
    expected = table.hstack(classifier.modelled(table)).sort(ORDER)
    assert found.equals(expected.select(found.columns).cast(dict(found.schema)))
    assert found.cast(dict(expected.select(found.columns).schema)).equals(
        expected.select(found.columns)
    )
    assert not flows.skipped
    assert by_repetition(found).equals(by_repetition(expected))


def test_no_packets_have_no_flows(classifier: Classifier) -> None:
    found = FlowClasses(classifier).finish()
    assert found.is_empty()
    assert found.columns == [*FlowClasses.COLUMNS, "class", "probability"]


def test_a_scan_of_more_ports_than_flows_may_be_open_is_named(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("module3.flows._INTERVAL", 100 * 512)
    tries = [
        Packet(port / 1000, "10.0.0.1", 40000, "10.0.0.2", port, flags="S")
        for port in range(1, 2001)
    ]
    flows = FlowClasses(classifier, most_open=150)
    for block in blocks(tries, 300):
        flows.feed(block)
    classes = by_repetition(flows.finish())
    assert flows.skipped == {TOO_MANY_OPEN: 1850}
    assert set(classes["class"]) == {"Infilteration"}
    assert set(classes["evidence"]) == {
        "10.0.0.1 tried 2,000 ports of 10.0.0.2, 2,000 of them refused or silent"
    }
