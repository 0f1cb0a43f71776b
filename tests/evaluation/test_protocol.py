import json
from typing import Any

import pytest

from evaluation.document import as_json
from evaluation.page import page
from evaluation.protocol import Settings, run
from tests.evaluation.small_tables import small_trainer

THRESHOLDS = {"module1": 0.5, "random_forest": 0.5, "gbdt": 0.5, "final": 0.1}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return run(small_trainer(), THRESHOLDS, (), Settings(folds=2, resamples=5))


def test_every_way_to_hold_out_has_every_detector_at_both_levels(found: dict[str, Any]) -> None:
    assert [each["name"] for each in found["protocols"]] == [
        "families and captures held out",
        "one family held out at a time",
        "later captures",
        "random split",
    ]
    for protocol in found["protocols"]:
        for level in ("servers", "connections"):
            assert set(protocol[level]) == set(THRESHOLDS)
            assert {each["not_assessed"] for each in protocol[level].values()} == {0}


def test_shipped_thresholds_are_applied(found: dict[str, Any]) -> None:
    at = found["protocols"][0]["servers"]["final"]["at_threshold"]
    assert (at["threshold"], at["of_the_shipped_model"]) == (0.1, True)


def test_later_captures_are_a_part_and_the_day_is_told(found: dict[str, Any]) -> None:
    counts = [each["servers"]["final"]["positives"] for each in found["protocols"]]
    assert counts == [12, 12, 6, 12]
    assert found["settings"]["later_from"] == "2017-07-16"
    assert found["settings"]["rows_of_unknown_family"] == 0


def test_benign_servers_are_judged_alike_where_one_family_is_held_out(
    found: dict[str, Any],
) -> None:
    grouped, each_family = (
        found["protocols"][place]["servers"]["gbdt"]["at_threshold"] for place in (0, 1)
    )
    assert grouped["false_positives"] == each_family["false_positives"]


def test_baselines_without_a_list_say_so(found: dict[str, Any]) -> None:
    measured = {each["name"]: each["servers"] for each in found["baselines"]}
    assert measured["certificate list"] is None
    assert measured["majority"]["positives"] == 12


def test_ablations_refit_only_who_loses_something(found: dict[str, Any]) -> None:
    ablations = {each["name"]: each for each in found["ablations"]}
    without_dns = ablations["without DNS"]
    assert without_dns["detectors_changed"] == ["random_forest", "gbdt"]
    everything = found["protocols"][0]["servers"]
    first, second = (
        each["module1"]["average_precision"] for each in (everything, without_dns["servers"])
    )
    assert first == second


def test_document_can_be_written_and_shown(found: dict[str, Any]) -> None:
    assert json.loads(as_json(found)) == found
    assert "Without some features" in page(found)
