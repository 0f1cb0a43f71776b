from pathlib import Path

import pytest

from module4.classifiers import BY_NAME
from module4.compare import Effort, compare
from module4.examples import ExampleError, read_examples

EFFORT = Effort(folds=2, inner_folds=2, resamples=20)


@pytest.fixture
def two_classifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the slow ones out; that each fits and scores is tested by itself."""
    some = [BY_NAME[name] for name in ("tree", "bernoulli")]
    monkeypatch.setattr("module4.compare.CLASSIFIERS", some)


@pytest.mark.usefixtures("two_classifiers")
def test_all_classifiers_under_both_ways_to_hold_out(data: Path) -> None:
    document = compare(read_examples(data), effort=EFFORT)
    assert [split["name"] for split in document["splits"]] == ["grouped", "random"]
    for split in document["splits"]:
        assert [each["name"] for each in split["classifiers"]] == ["tree", "bernoulli"]
        for each in split["classifiers"]:
            assert sum(each["counts"].values()) == 16
            assert len(each["chosen"]) == 2
        tree = split["classifiers"][0]
        assert tree["average_precision"]["value"] > split["always_safe"]["average_precision"]
    assert [each["name"] for each in document["without"]] == [
        "all features",
        "without times",
        "without lengths",
        "without unknown ports",
        "without tokens",
    ]
    assert document["conversations"] == {"dangerous": 8, "safe": 8, "families": 8, "captures": 16}


def test_too_few_captures(data: Path) -> None:
    with pytest.raises(ExampleError, match="too few families or captures"):
        compare(read_examples(data).head(10), effort=EFFORT)
