import numpy as np
import pytest

from training.sources import reliability_by_source, source_of, together


@pytest.mark.parametrize(
    ("capture", "source"),
    [
        ("pcaps__benign__ntop__sites.pcapng", "pcaps__benign__ntop"),
        ("office__monday.PCAP.gz", "office"),
        ("tables__exercise__tls.csv.gz", "tables__exercise"),
        ("logs__benign__2018.05-browsing", "logs__benign__2018.05-browsing"),
        ("alone.pcap", "alone.pcap"),
        ("", ""),
    ],
)
def test_a_source_is_the_folder_of_captures_or_the_folder_of_logs(
    capture: str, source: str
) -> None:
    assert source_of(capture) == source


def test_scores_are_held_against_labels_in_each_source() -> None:
    scores, labels = np.array([0.9, 0.5, 0.2, 0.0]), np.array([1, 0, 1, 0])
    captures = np.array(["a__1.pcap", "a__2.pcap", "logs", "logs"])
    found = reliability_by_source(scores, labels, captures)
    assert list(found) == ["a", "logs"]
    assert found["a"] == {
        "rows": 2,
        "malicious": 1,
        "expected": 1.4,
        "interval": [0.0945, 0.9055],
        "brier": 0.13,
    }
    assert (found["logs"]["expected"], found["logs"]["brier"]) == (0.2, 0.32)


def test_no_rows_have_no_sources() -> None:
    nothing = np.array([], dtype=np.float64)
    assert reliability_by_source(nothing, nothing.astype(np.int64), np.array([], "<U1")) == {}


def test_sources_together_are_as_one() -> None:
    scores, labels = np.array([0.9, 0.5, 0.2, 0.0]), np.array([1, 0, 1, 0])
    apart = reliability_by_source(scores, labels, np.array(["a", "b", "a", "a"]))
    one = reliability_by_source(scores, labels, np.array(["a", "a", "a", "a"]))
    assert together(list(apart.values())) == one["a"]
