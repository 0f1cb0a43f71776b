from pathlib import Path

import pytest

from capture.builtin.packets import PacketReader
from module3.detect import Classifier, by_repetition, load
from module3.features import flows_of_capture
from module3.flow_classes import FlowClasses

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
    assert found.equals(expected.select(found.columns))
    assert by_repetition(found).equals(by_repetition(expected))


def test_no_packets_have_no_flows(classifier: Classifier) -> None:
    found = FlowClasses(classifier).finish()
    assert found.is_empty()
    assert found.columns == [*FlowClasses.COLUMNS, "class", "probability"]
