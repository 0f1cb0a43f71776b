from collections.abc import Callable
from pathlib import Path

import pytest

from capture.zeek_format import write_logs
from evaluation.errors import EvaluationError
from evaluation.labelled_captures import captures_document, scored_inputs
from tests.verdict.synthetic import (
    BEACON,
    BEACON_LEAF,
    HIDDEN,
    PLAIN,
    SITE,
    sample_logs,
    stub_models,
)
from training.manifest import LabelledInput, ServerLabel

THRESHOLDS = {"module1": 0.5, "random_forest": 0.4, "gbdt": 0.6, "final": 0.5}
BAD = ServerLabel(True, "Alpha", "c2")
GOOD = ServerLabel(False, "", "")


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., LabelledInput]:
    """Return what writes the logs of the made-up network as an input of some name."""

    def write(name: str = "office", **servers: ServerLabel) -> LabelledInput:
        write_logs(sample_logs(), tmp_path / name)
        labels = servers or {BEACON: BAD, SITE: GOOD, PLAIN: BAD}
        return LabelledInput(
            name,
            tmp_path / name,
            "logs",
            {(server, None): label for server, label in labels.items()},
        )

    return write


def fail(message: str) -> None:
    raise AssertionError(message)


def test_labelled_servers_are_scored_and_others_left_out(source) -> None:
    servers = scored_inputs([source()], stub_models(), fail).servers
    assert servers.select("server", "label", "family", "role").rows() == [
        (BEACON, 1, "Alpha", "c2"),
        (SITE, 0, "", ""),
    ]
    assert HIDDEN not in servers["server"]
    assert servers["module1"].to_list() == [pytest.approx(0.9), pytest.approx(0.1)]
    assert servers["gbdt"].to_list() == [0.95, 0.02]
    assert servers["certificate"][0] == BEACON_LEAF


def test_connections_have_the_verdict_on_their_server(source) -> None:
    connections = scored_inputs([source()], stub_models(), fail).connections
    beacons = connections.filter(server=BEACON)
    assert beacons.height == 6
    assert set(beacons["random_forest"]) == {0.8}
    assert set(beacons["module1"]) == {0.9}
    assert beacons["final"].null_count() == 0


def test_servers_with_equal_features_count_once(source) -> None:
    inputs = [source("office"), source("again")]
    found = scored_inputs(inputs, stub_models(), fail)
    assert found.servers["capture"].to_list() == ["office", "office"]
    assert found.connections["capture"].n_unique() == 2


def test_figures_are_those_of_the_shipped_thresholds(source) -> None:
    found = captures_document([source()], stub_models(), THRESHOLDS, fail, resamples=3)
    servers = found["protocols"][0]["servers"]
    assert found["kind"] == "captures"
    assert servers["final"]["at_threshold"]["true_positives"] == 1
    assert servers["gbdt"]["at_threshold"]["threshold"] == 0.6


def test_benign_captures_alone_give_false_alarms(source) -> None:
    benign = source("office", **{SITE: GOOD, BEACON: GOOD})
    found = captures_document([benign], stub_models(), THRESHOLDS, fail, resamples=3)
    final = found["protocols"][0]["servers"]["final"]
    assert final["average_precision"]["value"] is None
    assert final["at_threshold"]["false_positive_rate"]["share"] == 0.5


def test_an_unreadable_capture_is_told_and_left_out(source, tmp_path: Path) -> None:
    told: list[str] = []
    absent = LabelledInput("absent", tmp_path / "absent.pcap", "capture", {(BEACON, None): BAD})
    found = scored_inputs([absent, source()], stub_models(), told.append)
    assert found.servers.height == 2
    assert len(told) == 1
    assert told[0].startswith("absent: ")


def test_without_any_readable_capture_there_is_nothing_to_measure(tmp_path: Path) -> None:
    absent = LabelledInput("absent", tmp_path / "absent.pcap", "capture", {(BEACON, None): BAD})
    with pytest.raises(EvaluationError, match="could be read"):
        scored_inputs([absent], stub_models(), lambda message: None)


def test_without_labelled_tls_there_is_nothing_to_measure(source) -> None:
    with pytest.raises(EvaluationError, match="spoke TLS"):
        captures_document([source("office", **{PLAIN: BAD})], stub_models(), THRESHOLDS, fail)
